/** Stores the view of the job page in the address. */
export interface JobView {
  show: "output" | "changes";
  /** The number of a line of the output, counted from 0. The address and the screen count lines from 1. */
  line?: number | undefined;
}

/** Ignores invalid values, because a user may type the address by hand. */
export function parseJobView(hash: string): JobView {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const line = Number(given.get("line") ?? "");
  return {
    show: given.get("show") === "changes" ? "changes" : "output",
    ...(Number.isInteger(line) && line > 0 && { line: line - 1 }),
  };
}

/** Adds the view to the current address, which names the job. */
export const jobViewHash = (view: JobView): string => location.hash.replace(/\?.*$/s, "") + jobViewQuery(view);

function jobViewQuery({ show, line }: JobView): string {
  const said = new URLSearchParams();
  if (show === "changes") said.set("show", "changes");
  else if (line !== undefined) said.set("line", String(line + 1));
  return said.size === 0 ? "" : `?${said}`;
}
