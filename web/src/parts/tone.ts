/** Colours by their meaning. The style sheet maps each tone to a colour. */
export type Tone = "attention" | "idle" | "danger" | "working" | "good" | "bad" | "muted";

/** The word and the colour for one state of a machine, a job, an approval or a step. */
export interface Label {
  word: string;
  tone: Tone;
}
