/** What a command risks, judged by its program and words. An unknown program changes things; one that can run anything destroys. */
import type { Risk } from "../contract/tool.ts";
import { sqlRisk } from "./sql.ts";

const order: Record<Risk, number> = { read: 0, write: 1, delete: 2 };
export const worst = (...risks: readonly Risk[]): Risk =>
  risks.reduce<Risk>((worse, risk) => (order[risk] > order[worse] ? risk : worse), "read");

const set = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** They look, whatever options they are given. */
const lookers = set(
  "ping traceroute tracepath df du free uptime cat head tail ls stat ss lsblk lscpu lspci lsusb findmnt ps vmstat iostat mpstat uname dpkg-query apt-cache sensors grep nproc getconf dig host nslookup lsof pgrep who w numfmt wc sha256sum md5sum",
);
const destroyers = set(
  "rm rmdir unlink shred truncate wipefs mkfs mke2fs mkswap dd blkdiscard fdisk sfdisk cfdisk sgdisk gdisk parted lvremove vgremove pvremove lvreduce zpool zfs cryptsetup hdparm nvme sg_format userdel groupdel deluser delgroup crontab dropdb dropuser nwipe",
);
/** What they do is in their arguments or files, where nobody here reads it. */
const anything = set(
  "sh bash dash ash zsh ksh fish csh python python2 python3 perl ruby node php lua awk gawk mawk sed ed vi vim nano emacs ssh scp sftp rsync socat nc ncat netcat telnet make gdb strace mysql mariadb mongo redis-cli docker podman nerdctl kubectl helm git tar cpio eval exec source busybox at batch screen tmux expect pwsh powershell ansible ansible-playbook pulumi tofu",
);
/** They run what stands behind their own options. */
const wrappers = set(
  "sudo doas su runuser env nice ionice chrt timeout nohup setsid stdbuf xargs watch time flock unshare nsenter chroot systemd-run systemd-inhibit setpriv taskset parallel",
);

const has = (words: readonly string[], ...options: string[]): boolean =>
  words.some((word) => options.some((option) => word === option || (option.startsWith("--") && word.startsWith(`${option}=`))));
/** The first word that is no option. */
const verbOf = (words: readonly string[]): string => words.find((word) => !word.startsWith("-")) ?? "";
const verbs =
  (looking: string, destroying = "") =>
  (words: readonly string[]): Risk => {
    const verb = verbOf(words);
    return set(destroying).has(verb) && verb !== "" ? "delete" : set(looking).has(verb) ? "read" : "write";
  };

const judges: Record<string, (words: readonly string[]) => Risk> = {
  systemctl: verbs(
    "status list-units list-unit-files list-timers list-sockets list-jobs list-dependencies show cat is-active is-enabled is-failed is-system-running",
  ),
  timedatectl: (words) => (words.length === 0 ? "read" : verbs("show status timesync-status show-timesync list-timezones")(words)),
  // Old entries are evidence: making room takes them away for good.
  journalctl: (words) =>
    words.some((word) => word.startsWith("--vacuum-"))
      ? "delete"
      : has(words, "--rotate", "--flush", "--sync", "--relinquish-var", "--smart-relinquish-var", "--setup-keys", "--update-catalog")
        ? "write"
        : "read",
  ip: (words) =>
    words.some((word) =>
      /^(a|ad|add|d|de|del|delete|s|se|set|f|fl|flush|r|repl|replace|c|ch|chg|change|append|exec|restore|-b|-batch|-force)$/.test(word),
    )
      ? "write"
      : "read",
  smartctl: (words) =>
    words.every(
      (word, index) =>
        /^(-[HiAaxcqdn]+|--(health|info|attributes|all|xall|capabilities|json|device|nocheck)(=.*)?|-l|-j)$/.test(word) ||
        word.startsWith("/dev/") ||
        /^-[ldnq]$/.test(words[index - 1] ?? ""),
    )
      ? "read"
      : "write",
  dpkg: (words) =>
    has(words, "-r", "-P", "--remove", "--purge")
      ? "delete"
      : has(words, "-l", "--list", "-s", "--status", "-V", "--verify", "-C", "--audit", "-L", "--listfiles", "-S", "--search")
        ? "read"
        : "write",
  "apt-get": (words) =>
    has(words, "-s", "--simulate", "--just-print", "--dry-run")
      ? simulated(words)
      : verbs("indextargets check", "remove purge autoremove autopurge")(words),
  apt: (words) => verbs("list policy show search depends rdepends", "remove purge autoremove autopurge")(words),
  "apt-mark": (words) => verbs("showauto showmanual showhold")(words),
  nft: (words) => (has(words, "-f", "--file", "-i", "--interactive") ? "delete" : verbs("list", "flush delete destroy reset")(words)),
  find: (words) => (words.some((word) => /^-(delete|exec|execdir|ok|okdir|fprint|fprintf|fprint0|fls)$/.test(word)) ? "delete" : "read"),
  curl: curlRisk,
  wget: (words) =>
    has(words, "--spider") &&
    !has(words, "--post-data", "--post-file", "--method", "--execute", "-e", "--use-askpass", "-i", "--input-file")
      ? "read"
      : "write",
  nomad: (words) =>
    has(words, "-purge", "--purge") || /\b(destroy|delete|purge|gc|bootstrap)\b/.test(words.join(" "))
      ? "delete"
      : /^(node|job|alloc|deployment|server|operator)? ?(status|members|inspect|history|logs)$/.test(
            positional(words).slice(0, 2).join(" "),
          )
        ? "read"
        : verbs("status")(words),
  consul: (words) =>
    /\b(delete|destroy|force-leave|leave|bootstrap)\b/.test(words.join(" "))
      ? "delete"
      : /^(members|info|version)$|^catalog (nodes|services|datacenters)$/.test(positional(words).slice(0, 2).join(" "))
        ? "read"
        : "write",
  terraform: (words) =>
    has(words, "-destroy") || /^(destroy|apply|taint|state|console|test)$/.test(verbOf(words))
      ? "delete"
      : verbs("version validate output show providers graph fmt_")(words),
  psql: (words) =>
    databaseRisk(
      words,
      ["-c", "--command"],
      /^(--no-psqlrc|-X|--no-password|-w|--csv|--tuples-only|-t|--set=ON_ERROR_STOP=1|--(host|port|username|dbname)=.*)$/,
    ),
  sqlite3: (words) => sqliteRisk(words),
};

const positional = (words: readonly string[]): string[] => words.filter((word) => !word.startsWith("-"));
const simulated = (words: readonly string[]): Risk =>
  has(words, "-o", "--option", "-c", "--config-file") || words.some((word) => /^-[oc]/.test(word)) ? "write" : "read";

function curlRisk(words: readonly string[]): Risk {
  const text = words.join(" ");
  const verb = /(?:^| )(?:-X ?|--request[ =])([A-Za-z]+)/.exec(text)?.[1]?.toUpperCase();
  if (verb === "DELETE") return "delete";
  const quiet = words.every((word) =>
    /^(-[sSfILkv46]+|--(silent|show-error|fail|head|location|max-time|connect-timeout|insecure|no-progress-meter)(=.*)?|\d+|-X|--request|GET|HEAD|-XGET|-XHEAD|https?:\/\/\S+)$/.test(
      word,
    ),
  );
  return quiet && (verb === undefined || verb === "GET" || verb === "HEAD") ? "read" : "write";
}

function databaseRisk(words: readonly string[], statementOptions: string[], known: RegExp): Risk {
  const statements: string[] = [];
  for (const [index, word] of words.entries()) {
    const option = statementOptions.find((name) => word.startsWith(`${name}=`));
    if (option) statements.push(word.slice(option.length + 1));
    else if (statementOptions.includes(words[index - 1] ?? "")) statements.push(word);
    else if (!statementOptions.includes(word) && !known.test(word)) return "delete";
  }
  // psql reads its orders elsewhere when it is given none.
  return statements.length === 1 ? sqlRisk(statements[0] ?? "") : "delete";
}

/** `-safe` takes its shell and file functions away; without it, or without `-readonly`, a statement is believed nothing. */
function sqliteRisk(words: readonly string[]): Risk {
  const options = words.slice(0, -2);
  const [, statement = ""] = words.slice(-2);
  if (words.length < 2 || !options.every((word) => /^-(safe|readonly|json|csv|header|bail|batch)$/.test(word))) return "delete";
  return has(options, "-safe") && has(options, "-readonly") ? sqlRisk(statement) : "delete";
}

export function programRisk(argv: readonly string[]): Risk {
  const [path = "", ...words] = argv;
  const name = path.replace(/^(\/usr)?\/s?bin\//, "");
  if (name.includes("/")) return "delete"; // whoever put it there says what it does
  if (destroyers.has(name) || anything.has(name) || /^mkfs\.|^python\d/.test(name)) return "delete";
  if (wrappers.has(name))
    return worst(
      "write",
      ...words
        .map((_, index) => programRisk(words.slice(index)))
        .map((risk, index) => ((words[index] ?? "").includes("/") ? pathRisk(words.slice(index)) : risk)),
    );
  if (lookers.has(name)) return "read";
  return Object.hasOwn(judges, name) ? (judges[name]?.(words) ?? "write") : "write";
}

/** Behind a wrapper a path may be a plain argument. */
const pathRisk = (words: readonly string[]): Risk => (/^(\/usr)?\/s?bin\//.test(words[0] ?? "") ? programRisk(words) : "write");
