/** Reads an iPXE script as far as a simulated machine needs it: what comes next. Not an iPXE. */

export type Step =
  | { kind: "chain"; url: string; afterSeconds: number }
  | { kind: "kernel"; kernel: string; args: string[]; initrds: string[] }
  | { kind: "local" };

/** The settings of iPXE a script may ask for, e.g. `netX/mac`. */
export type Settings = Record<string, string>;

export function nextStep(script: string, settings: Settings): Step {
  if (!script.startsWith("#!ipxe")) throw new Error(`this is no iPXE script: ${script.slice(0, 60)}`);
  let afterSeconds = 0;
  let kernel: { kernel: string; args: string[] } | undefined;
  const initrds: string[] = [];
  for (const line of script.split("\n")) {
    const [command, ...words] = expand(line.trim(), settings).split(/\s+/);
    const operands = words.filter((word) => !word.startsWith("--") && word !== "||");
    switch (command) {
      case "sleep":
        afterSeconds = Number(operands[0]);
        break;
      case "chain":
        return { kind: "chain", url: operands[0] ?? "", afterSeconds };
      case "kernel":
        kernel = { kernel: operands[0] ?? "", args: untilFailureClause(words.slice(1)) };
        break;
      case "initrd":
        initrds.push(operands[0] ?? "");
        break;
      case "boot":
        if (kernel) return { kind: "kernel", ...kernel, initrds };
        break;
      case "sanboot":
      case "exit":
        return { kind: "local" };
    }
  }
  throw new Error("the script ends without booting anything");
}

const untilFailureClause = (words: string[]) => (words.includes("||") ? words.slice(0, words.indexOf("||")) : words);

/** `${name}`, `${name:uristring}` and `${netX/mac:hexhyp}`; an unknown setting is empty, as in iPXE. */
function expand(line: string, settings: Settings): string {
  return line.replace(/\$\{([^}:]+)(?::(\w+))?\}/g, (_, name: string, format: string | undefined) => {
    const value = settings[name] ?? "";
    if (format === "uristring") return encodeURIComponent(value);
    return format === "hexhyp" ? value.replaceAll(":", "-") : value;
  });
}
