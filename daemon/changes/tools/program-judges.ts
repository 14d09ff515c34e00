/**
 * Determines the risk of programs whose risk depends on their arguments. Only the options and verbs in this file count
 * as reads. All other words count as changes, because an option may be abbreviated, take a value, or differ between
 * versions.
 */
import type { Risk } from "../../contract/changes/tool.ts";
import { sqlRisk } from "./sql.ts";

export type Judge = (words: readonly string[]) => Risk;

const listOf = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** The verb must be the first word. Later words may be values of options. In `-p status`, for example, `status` is not a verb. */
const byVerb = (looking: string, destroying = ""): Judge => {
  const [looks, destroys] = [listOf(looking), listOf(destroying)];
  return (words) => (words.some((word) => destroys.has(word)) ? "delete" : looks.has(words[0] ?? "") ? "read" : "write");
};

const onlyWith =
  (allowed: RegExp, otherwise: Risk = "write"): Judge =>
  (words) =>
    words.every((word) => allowed.test(word)) ? "read" : otherwise;

/** apt options given with `--option` can name a program that apt runs. */
const aptOption = (words: readonly string[]): boolean => words.some((word) => /^(-o|-c|--opt|--con)/.test(word));
const apt =
  (judge: Judge): Judge =>
  (words) =>
    aptOption(words) ? "delete" : judge(words);
const installing = byVerb("", "remove purge autoremove autopurge dist-upgrade full-upgrade");

const journal = onlyWith(
  /^(--(no-pager|dmesg|list-boots|disk-usage|reverse|utc|catalog|quiet|all|boot)|--(output|lines|unit|priority|since|until|boot|grep|identifier)=.*|-[kbxerqa]+)$/,
);
const smart = onlyWith(/^(-[HiAacx]+|--(health|info|attributes|all|xall|capabilities|json)|\/dev\/[A-Za-z0-9/:._-]+)$/);
const curl = onlyWith(
  /^(-[sSfILv46]+|--(silent|show-error|fail|head|no-progress-meter)|--(max-time|connect-timeout)=\d+|-X(GET|HEAD)|--request=(GET|HEAD)|https?:\/\/\S+)$/,
);
const wget = onlyWith(/^(--spider|-q|--quiet|--(timeout|tries)=\d+|https?:\/\/\S+)$/);

const ADDRESS_LOOKS = /^(show|list|get)$/;
const ADDRESS_OPTIONS = /^-(s|statistics|j|json|d|details|4|6|br|brief|o|oneline|p|pretty)$/;

const psqlOption =
  /^(--no-psqlrc|-X|--no-password|-w|--csv|--tuples-only|-t|--set=ON_ERROR_STOP=1|--(host|port|username|dbname)=[^=\s]*|--command=.*)$/s;
/**
 * Without `--command`, psql reads its statements from another source, so the risk is `delete`. A connection string
 * (`host=...`) in place of a database name is not parsed, so the risk is also `delete`.
 */
const psql: Judge = (words) => {
  const statements = words.filter((word) => word.startsWith("--command="));
  if (!words.every((word) => psqlOption.test(word)) || statements.length !== 1) return "delete";
  return sqlRisk(statements[0]?.slice("--command=".length) ?? "");
};

/**
 * The option `-safe` disables sqlite's shell and most functions that reach files. `sqlRisk` recognizes the virtual tables
 * that remain. Without both `-safe` and `-readonly`, the risk is always `delete`.
 */
const sqlite: Judge = (words) => {
  const [options, [, statement = ""]] = [words.slice(0, -2), words.slice(-2)];
  const bound = options.includes("-safe") && options.includes("-readonly");
  return bound && options.every((word) => /^-(safe|readonly|json|csv|header|bail|batch)$/.test(word)) ? sqlRisk(statement) : "delete";
};

export const judges: Readonly<Record<string, Judge>> = {
  systemctl: byVerb(
    "status list-units list-unit-files list-timers list-sockets list-jobs list-dependencies show cat is-active is-enabled is-failed is-system-running",
  ),
  timedatectl: byVerb("status show timesync-status show-timesync list-timezones"),
  // The `--vacuum` options delete old entries for good, although these entries are evidence.
  journalctl: (words) => (words.some((word) => word.startsWith("--vac")) ? "delete" : journal(words)),
  ip: (words) => {
    const [, verb = ""] = words.filter((word) => !word.startsWith("-"));
    return ADDRESS_LOOKS.test(verb) && words.every((word) => !word.startsWith("-") || ADDRESS_OPTIONS.test(word)) ? "read" : "write";
  },
  ss: (words) => (words.some((word) => /^(--k|-[a-zA-Z0-9]*K)/.test(word)) ? "write" : "read"),
  smartctl: smart,
  dpkg: byVerb("-l --list -s --status -V --verify -C --audit -L --listfiles -S --search", "-r -P --remove --purge"),
  "apt-get": apt((words) => {
    const pretending =
      words.includes("--simulate") && words.every((word) => word === "--simulate" || !/sim|dry|just|recon|no-act|^-s/.test(word));
    return pretending ? "read" : installing(words);
  }),
  apt: apt(byVerb("list policy show search depends rdepends", "remove purge autoremove autopurge full-upgrade")),
  "apt-cache": apt(byVerb("policy show search depends rdepends stats madison pkgnames")),
  "apt-mark": apt(byVerb("showauto showmanual showhold")),
  // nft joins its words into one text, so a single word may contain parts of two commands.
  nft: (words) => (words.some((word) => /[;\n]/.test(word)) ? "delete" : byVerb("list", "flush delete destroy reset -f --file -i")(words)),
  find: (words) => (words.some((word) => /^-(delete|exec|execdir|ok|okdir|fprint|fprintf|fprint0|fls)$/.test(word)) ? "delete" : "read"),
  curl: (words) => (/(^| )(-X ?|--request[= ])DELETE/i.test(words.join(" ")) ? "delete" : curl(words)),
  wget: (words) => (words.includes("--spider") ? wget(words) : "write"),
  nomad: (words) => (words.some((word) => /purge|delete|destroy|gc|bootstrap/.test(word)) ? "delete" : byVerb("status")(words)),
  consul: (words) => (words.some((word) => /delete|destroy|leave|bootstrap/.test(word)) ? "delete" : byVerb("members info version")(words)),
  terraform: byVerb("version validate", "destroy apply -destroy taint untaint state import console test force-unlock"),
  psql,
  sqlite3: sqlite,
};
