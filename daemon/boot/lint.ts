/** Reads an iPXE script as iPXE would and says what is wrong: verbs outside the common subset, labels that lead nowhere, no end. */

const verbs = new Set(
  "chain config cpuid dhcp echo exit goto ifconf ifstat imgfetch kernel initrd imgargs imgfree inc iseq isset login menu item choose prompt reboot route sanboot set shell show sleep sync autoboot boot".split(
    " ",
  ),
);

export function lintScript(text: string): string[] {
  const problems: string[] = [];
  const lines = text.split("\n");
  if (lines[0] !== "#!ipxe") problems.push("the first line is not #!ipxe");
  const labels = new Set(lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1).trim()));
  const commands = lines.slice(1).filter((line) => line.trim() !== "" && !/^[#:]/.test(line));
  for (const line of commands) {
    for (const part of line.split(/\|\||&&/)) {
      const [verb, target] = part.trim().split(/\s+/);
      if (verb === undefined || verb === "") continue;
      if (!verbs.has(verb)) problems.push(`${verb} is not in every iPXE`);
      if (verb === "goto" && (target === undefined || !labels.has(target))) problems.push(`goto ${target} leads nowhere`);
    }

    if (/\p{Cc}/u.test(line.replaceAll("\t", " "))) problems.push(`control character in: ${line.slice(0, 60)}`);
  }
  if (!/^(exit|goto|boot|reboot)\b/.test(commands.at(-1)?.trim() ?? "")) problems.push("the script runs off its end");
  return problems;
}
