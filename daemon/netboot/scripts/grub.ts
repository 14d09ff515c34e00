/**
 * Writes GRUB's configuration from the iPXE script, so that both loaders do the same. Both loaders wait and
 * repeat the request, load a kernel with its initrds, or boot the disk.
 */
import { POLL_SECONDS } from "./scripts.ts";
import { render, templateText } from "./templates.ts";

/** Returns the configuration file that GRUB requests first. The file contains the URL of the machine's own configuration. */
export const grubStart = (bootUrl: string): string => render("grub.cfg", { root: grubPath(bootUrl), poll_seconds: POLL_SECONDS });

export function grubFromIpxe(script: string): string {
  const lines = script.split("\n").map((line) => line.trim());
  const shown = lines.slice(0, labelOrLoad(lines)).flatMap((line) => (line.startsWith("echo ") ? [line.slice("echo ".length)] : []));
  return `${shown.map((text) => render("echo.grub", { text })).join("")}${whatFollows(lines)}`;
}

function whatFollows(lines: readonly string[]): string {
  const kernel = lines.find((line) => line.startsWith("kernel "));
  if (kernel !== undefined) {
    const [, url = "", ...words] = command(kernel);
    return render("load.grub", {
      kernel: grubPath(url),
      // The word `initrd=` is removed, because the kernel's own EFI loader would search for a file of this name.
      arguments: words.filter((word) => !word.startsWith("initrd=")),
      initrds: lines.filter((line) => line.startsWith("initrd ")).map((line) => grubPath(command(line)[1] ?? "")),
    });
  }
  const waited = lines.map((line) => /^chain .*[?&]waited=(\d+)/.exec(line)?.[1]).find((found) => found !== undefined);
  return waited === undefined ? templateText("local.grub") : render("wait.grub", { waited });
}

/** Returns the words of a command without the part after `||`, which iPXE runs only on failure. */
const command = (line: string): string[] =>
  line
    .replace(/ \|\|.*$/, "")
    .split(" ")
    .filter(Boolean);

/** Returns the number of the line after which the script prints only on failure. */
function labelOrLoad(lines: readonly string[]): number {
  const at = lines.findIndex((line) => /^(:|sleep |chain |sanboot |exit)/.test(line));
  return at === -1 ? lines.length : at;
}

/** Converts a URL such as `http://10.0.0.2:8080/x` to GRUB's form `(http,10.0.0.2:8080)/x`. */
function grubPath(url: string): string {
  const { host, pathname } = new URL(url);
  return `(http,${host})${pathname === "/" ? "" : pathname}`;
}
