/** Checks three rules about sentences: no clause without a subject, no long sentence, and no chain of clauses. */
import { type Finding, lineAt, type Passage } from "./passage.ts";

const MOST_WORDS = 30;
const MOST_CLAUSE_MARKS = 2;

const HEADLESS = /^(who|what|whether|how)\s+(?!to\b)(\S+\s+){1,}\S/i;
const ABBREVIATION = /\b(e\.g|i\.e|etc|vs|Inc|cf)\.$/;
/** Strings with fewer words are labels, such as "What it does". */
const FEWEST_WORDS_OF_A_CLAUSE = 5;

interface Sentence {
  text: string;
  offset: number;
}

export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let begin = 0;
  const take = (end: number) => {
    const raw = text.slice(begin, end);
    const lead = raw.length - raw.trimStart().length;
    if (raw.trim() !== "") sentences.push({ text: raw.trim(), offset: begin + lead });
    begin = end;
  };
  for (const mark of text.matchAll(/[.!?][)"'*_\]]*(?=\s)/g)) {
    const end = mark.index + mark[0].length;
    if (!ABBREVIATION.test(text.slice(begin, end))) take(end);
  }
  take(text.length);
  return sentences;
}

const wordsIn = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

function isHeadless(passage: Passage, sentence: Sentence, first: boolean): boolean {
  if (first && passage.kind === "fragment") return false;
  const bare = sentence.text.replace(/^[*_("'[\s]+/, "");
  if (!HEADLESS.test(bare) || /\?[*_)"'\]]*$/.test(sentence.text)) return false;
  // A string, such as the description of an option, may begin with a lower-case letter.
  if (first && passage.kind === "label") return wordsIn(bare) >= FEWEST_WORDS_OF_A_CLAUSE;
  return /^[A-Z]/.test(bare);
}

export function findSentences(passage: Passage): Finding[] {
  return sentencesOf(passage.text).flatMap((sentence, index) => {
    const findings: Finding[] = [];
    const line = lineAt(passage, sentence.offset);
    const begin = sentence.text.split(/\s+/).slice(0, 4).join(" ");
    if (isHeadless(passage, sentence, index === 0))
      findings.push({ line, found: `${begin} …`, instead: "begin with the subject, or end the question with ?" });
    if (passage.kind !== "markdown") return findings;
    const words = wordsIn(sentence.text);
    if (words > MOST_WORDS)
      findings.push({ line, found: `${begin} … (${words} words)`, instead: `at most ${MOST_WORDS} words a sentence` });
    const marks = sentence.text.match(/[;:](?=\s|$)/g)?.length ?? 0;
    if (marks > MOST_CLAUSE_MARKS)
      findings.push({ line, found: `${begin} … (${marks} of ; and :)`, instead: "one thought a sentence; end it with a period" });
    return findings;
  });
}
