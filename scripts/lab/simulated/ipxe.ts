/**
 * Parses only the parts of an iPXE script that decide the next step of a simulated machine. The parser does not
 * emulate iPXE.
 */

export type Step =
  | { kind: "chain"; url: string; afterSeconds: number }
  | { kind: "kernel"; kernel: string; args: string[]; initrds: string[] }
  | { kind: "local" };

/** The iPXE settings that a script may use, such as `netX/mac`. */
export type Settings = Record<string, string>;

export function nextStep(script: string, settings: Settings): Step {
  if (!script.startsWith("#!ipxe")) throw new Error(`not an iPXE script: ${script.slice(0, 60)}`);
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
  throw new Error("the script ends without a boot command");
}

const untilFailureClause = (words: string[]) => (words.includes("||") ? words.slice(0, words.indexOf("||")) : words);

/**
 * Replaces `${name}`, `${name:uristring}` and `${netX/mac:hexhyp}` by the values of the settings. An unknown setting
 * becomes an empty text, as in iPXE.
 */
function expand(line: string, settings: Settings): string {
  return line.replace(/\$\{([^}:]+)(?::(\w+))?\}/g, (_, name: string, format: string | undefined) => {
    const value = settings[name] ?? "";
    if (format === "uristring") return encodeURIComponent(value);
    return format === "hexhyp" ? value.replaceAll(":", "-") : value;
  });
}
