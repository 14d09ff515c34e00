/**
 * Lists words that slow readers down, with the usual technical word for each. A pattern of several words also matches
 * across a line end.
 */
import { type Finding, lineAt, type Passage } from "./passage.ts";

interface Rule {
  pattern: RegExp;
  instead: string;
  /** The kinds of passages that the rule checks. If no kinds are given, the rule checks all kinds. */
  kinds?: Passage["kind"][];
}

const rules: Rule[] = [
  { pattern: /\b(whoever|whomever|whom)\b/gi, instead: "name the actor: operator, caller, control, executor" },
  { pattern: /\b(somebody|nobody|someone who)\b/gi, instead: "name the actor: operator, another person, no client" },
  { pattern: /\bforetold\b/gi, instead: "preview, predict" },
  { pattern: /\b(tell|tells|telling|told)\b/gi, instead: "log, report, notify, send, show, describe" },
  { pattern: /\bbeside\b/gi, instead: "next to, with" },
  { pattern: /\banew\b/gi, instead: "again" },
  {
    pattern: /\b(cannot|can|could|to|not|must|that|which|who|it|machines?|path|signature) (bear|bears|bore)\b/gi,
    instead: "support, tolerate, carry",
  },
  { pattern: /\b(come|comes|came|coming) to\b/gi, instead: "reach, arrive at, end with, become" },
  { pattern: /\b(let|lets|letting)( \w+){0,3} go\b(?! (idle|on|ahead|back|into|out|through|to)\b)/gi, instead: "release, drop, discard" },
  { pattern: /\bof late\b(?= (has|have|had|is|was)\b|\s*[.,;)]|$)/gi, instead: "recently" },
  { pattern: /\bwish(es|ed|ing)?\b/gi, instead: "request, want" },
  { pattern: /\b(say|says|said|saying)( \w+){0,2} again\b/gi, instead: "retry, repeat" },
  {
    pattern: /\b(is|are|was|were|be|been|being) over\b(?= (already|and|before|first|for|now|when)\b|\s*[.,;:)]|$)/gi,
    instead: "expire, end",
  },
  { pattern: /\b(write|writes|wrote|written|writing)( \w+){0,2} down\b/gi, instead: "save, record" },
  {
    pattern: /\b(a|an|the|one|first|second|another|no|every|each|any|only a) look\b(?! (at|for|like)\b.*\bmust\b)/gi,
    instead: "check, read, view, a read-only step",
  },
  { pattern: /\bLook again\b/g, instead: "Refresh, check again" },
  { pattern: /^\s*Lasts\s*$/g, instead: "Duration", kinds: ["label"] },
  { pattern: /^\s*Waits\s*$/g, instead: "Pending", kinds: ["label"] },
  { pattern: /^\s*Stands in\b/g, instead: "Rack", kinds: ["label"] },
];

/** A space in a pattern matches any white space, including a line end. */
const compiled = rules.map((rule) => ({ ...rule, pattern: new RegExp(rule.pattern.source.replaceAll(" ", "\\s+"), rule.pattern.flags) }));

export function findWords(passage: Passage): Finding[] {
  return compiled
    .filter(({ kinds }) => kinds?.includes(passage.kind) ?? true)
    .flatMap(({ pattern, instead }) =>
      [...passage.text.matchAll(pattern)].map((match) => ({
        line: lineAt(passage, match.index),
        found: match[0].replaceAll(/\s+/g, " ").trim(),
        instead,
      })),
    );
}
