/** What of a job is looked at, read from and written to the address. Pure. */
export interface JobView {
  show: "output" | "changes";
  /** A line of the output, counted from 0; in the address from 1, as on the screen. */
  line?: number | undefined;
}

/** Somebody may have typed it: what makes no sense is as if it were not there. */
export function parseJobView(hash: string): JobView {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const line = Number(given.get("line") ?? "");
  return {
    show: given.get("show") === "changes" ? "changes" : "output",
    ...(Number.isInteger(line) && line > 0 && { line: line - 1 }),
  };
}

/** What is to be added to the job's own address. */
export function jobViewQuery({ show, line }: JobView): string {
  const said = new URLSearchParams();
  if (show === "changes") said.set("show", "changes");
  else if (line !== undefined) said.set("line", String(line + 1));
  return said.size === 0 ? "" : `?${said}`;
}
