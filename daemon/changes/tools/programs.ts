/**
 * Computes the risk of a command from its program and its words. An unknown program counts as `write`, and a program
 * that can run any code counts as `delete`.
 */
import type { Risk } from "../../contract/changes/tool.ts";
import { judges } from "./program-judges.ts";
import { worst } from "./risk-order.ts";

const listOf = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/).filter(Boolean));

/** Programs that only read, whatever their options. */
const lookers = listOf(`
  ping traceroute tracepath df du free uptime cat head tail ls stat lsblk lscpu lspci lsusb findmnt ps vmstat iostat mpstat
  uname dpkg-query grep nproc getconf dig host nslookup lsof pgrep who w wc sha256sum md5sum`);
const destroyers = listOf(`
  rm rmdir unlink shred truncate wipefs mkfs mke2fs mkswap dd blkdiscard fdisk sfdisk cfdisk sgdisk gdisk parted lvremove
  vgremove pvremove lvreduce zpool zfs cryptsetup hdparm nvme sg_format userdel groupdel deluser delgroup crontab dropdb
  dropuser nwipe mdadm`);
/** Programs that run code from their arguments or files. Muster does not parse the code of these programs. */
const anything = listOf(`
  sh bash dash ash zsh ksh fish csh tcsh python perl ruby node php lua awk gawk mawk sed ed vi vim nano emacs less more man
  ssh scp sftp rsync socat nc ncat netcat telnet ftp make gdb strace mysql mariadb mongo redis-cli docker podman nerdctl
  kubectl helm git tar cpio zip rpm eval exec source busybox at batch screen tmux expect pwsh powershell ansible
  ansible-playbook pulumi tofu openssl gcc cc start-stop-daemon debugfs`);
/** Programs that run another program, whose name follows their own options. */
const wrappers = listOf(`
  sudo doas su runuser pkexec env nice ionice chrt timeout nohup setsid stdbuf xargs watch time flock unshare nsenter chroot
  systemd-run systemd-inhibit setpriv taskset parallel command builtin script unbuffer catchsegv ltrace`);

const SYSTEM_FOLDER = /^(\/usr)?\/s?bin\//;

export function programRisk(argv: readonly string[]): Risk {
  const [path = "", ...words] = argv;
  const name = path.replace(SYSTEM_FOLDER, "");
  if (name.includes("/")) return "delete"; // a program outside the known folders can do anything
  if (destroyers.has(name) || anything.has(name) || /^(mkfs\.|python\d|perl\d)/.test(name)) return "delete";
  if (wrappers.has(name)) return worst("write", ...words.map((_, index) => behindWrapper(words.slice(index))));
  if (lookers.has(name)) return "read";
  return Object.hasOwn(judges, name) ? (judges[name]?.(words) ?? "write") : "write";
}

/** Any argument of a wrapper may be the program that the wrapper runs. */
const behindWrapper = (words: readonly string[]): Risk => {
  const [first = ""] = words;
  if (first.startsWith("-")) return "write";
  return first.includes("/") && !SYSTEM_FOLDER.test(first) ? "delete" : programRisk(words);
};
