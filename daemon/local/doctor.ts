/** Implements `muster doctor`, which checks everything that the daemon needs and gives advice for each problem. */
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { loadAccess } from "../config/access-secrets.ts";
import { type Config, loadConfigFile } from "../config/config.ts";
import type { MovedKey } from "../config/moved-keys.ts";
import { type BootInterface, bootInterfaces } from "../config/netboot.ts";
import type { Check } from "../contract/admin/doctor.ts";
import { Profile } from "../contract/machines/node.ts";
import { releaseOf } from "../contract/netboot/suite.ts";
import { type DataDir, hasSeparateUsers, openEntries } from "../data-dir.ts";
import { explain, MusterError } from "../errors/errors.ts";
import { loaders, missingBootFiles, otherRelease } from "../netboot/boot-files.ts";
import { type BootNetwork, bootNetwork, bootPlaces } from "../netboot/boot-places.ts";
import { accountIds } from "../processes/accounts/account-ids.ts";
import { wrongEntries } from "../processes/accounts/check-access.ts";
import { DATABASE_CHECK, LOGIN_CHECK, type StartCheck, startChecks, TOOLS_CHECK, VOTERS_CHECK } from "../processes/start/checks.ts";
import { neighbourCheck } from "./doctor-neighbours.ts";
import { ourDaemonAnswers, portChecks } from "./doctor-ports.ts";
import { programChecks, psqlCheck, toolProgramChecks } from "./doctor-programs.ts";
import { votersCheck } from "./doctor-voters.ts";

export async function doctor(configFile: string, data: DataDir, env: NodeJS.ProcessEnv): Promise<Check[]> {
  let config: Config;
  let moved: MovedKey[];
  try {
    ({ config, moved } = loadConfigFile(configFile));
  } catch (error) {
    return [bad("configuration", explain(error), "Correct the keys that are named. `muster init --print` shows every key.")];
  }
  const beforeStart = startChecks(config, data, env).map(examined);
  const wrong = new Set(beforeStart.flatMap(({ name, ok }) => (ok ? [] : [name])));
  const running = await ourDaemonAnswers(config);
  return [
    configurationCheck(configFile, moved),
    ...beforeStart,
    ...(wrong.has(LOGIN_CHECK) ? [] : [loginCheck(config)]),
    ...networkChecks(config),
    ...(wrong.has(DATABASE_CHECK) ? [] : neighbourCheck(data)),
    ...programChecks(config),
    ...psqlCheck(data),
    ...(wrong.has(TOOLS_CHECK) ? [] : toolProgramChecks(config, data)),
    ...(running ? [] : [memoryCheck()]),
    ...(running ? [good("daemon", "running, and it holds its ports")] : await portChecks(config)),
    ...Profile.options.flatMap((profile) => filesCheck(profile, config, data)),
    ...(wrong.has(VOTERS_CHECK) ? [] : [votersCheck(config, data)]),
    spaceCheck(data),
    folderCheck(data),
  ];
}

export const good = (name: string, detail: string): Check => ({ name, ok: true, detail });
export const bad = (name: string, detail: string, advice: string): Check => ({ name, ok: false, detail, advice });

/** Performs one of the checks that `muster up` performs too. */
function examined({ name, check }: StartCheck): Check {
  try {
    return good(name, check());
  } catch (error) {
    return bad(name, explain(error), error instanceof MusterError ? error.hint : "Correct the file that is named.");
  }
}

function loginCheck(config: Config): Check {
  const keys = loadAccess(config).sshKeys.length;
  if (keys > 0)
    return good(
      "login to the nodes",
      `${keys} SSH ${keys === 1 ? "key" : "keys"} for ${config.machines.access.admin_user}, and Muster's own key`,
    );
  const advice = "To log in yourself, name a file with public keys in machines.access.ssh_keys_file.";
  return { ...good("login to the nodes", "only Muster's own key"), advice };
}

/** Checks the configuration. Old keys still work. For each old key, the advice names the new key. */
function configurationCheck(file: string, moved: readonly MovedKey[]): Check {
  if (moved.length === 0) return good("configuration", file);
  const places = moved.map(({ from, to }) => `${from} is now ${to}`).join("; ");
  return { ...good("configuration", `${file}, with keys of an earlier version`), advice: `When convenient, move these keys: ${places}` };
}

function networkChecks(config: Config): Check[] {
  const all = bootInterfaces(config.netboot);
  if (all.length === 0)
    return [
      {
        ...good("boot network", "none: no machine boots from Muster"),
        advice: "To boot machines, name the card in netboot.interface.",
      },
    ];
  const each = all.map((settings) => networkCheck(settings, all.length > 1 ? `boot network ${settings.interface}` : "boot network"));
  if (each.some(({ ok }) => !ok)) return each;
  try {
    bootPlaces(bootInterfaces(config.netboot));
    return each;
  } catch (error) {
    return [...each, bad("boot networks", explain(error), "Give each card an address in a network of its own.")];
  }
}

function networkCheck(settings: BootInterface, name: string): Check {
  const { interface: card, dhcp, range, key } = settings;
  let network: BootNetwork;
  try {
    network = bootNetwork(settings);
  } catch (error) {
    return bad(name, explain(error), `Set it up: ip addr add ADDRESS/PREFIX dev ${card}; ip link set ${card} up`);
  }
  const stray = dhcp === "full" && range ? [range.from, range.to].find((address) => !lies(address, network)) : undefined;
  if (stray === undefined) return good(name, `${card} ${network.address} (${network.cidr}), DHCP ${dhcp}`);
  const field = key.replace(/interface$/, "range");
  return bad(name, `${field}: ${stray} is not in ${network.cidr}, the network of ${card}`, `Correct ${field}.`);
}

function lies(address: string, { address: ours, netmask }: BootNetwork): boolean {
  const bytes = (text: string) => text.split(".").map(Number);
  const [mask, own] = [bytes(netmask), bytes(ours)];
  return bytes(address).every((byte, index) => (byte & (mask[index] ?? 0)) === ((own[index] ?? 0) & (mask[index] ?? 0)));
}

/**
 * Checks the boot files. A missing file of the configured profile is a problem. A missing file of another
 * profile is only mentioned.
 */
function filesCheck(profile: Profile, config: Config, data: DataDir): Check[] {
  const { suite } = config.machines.debian;
  const missing = missingBootFiles(data.assets, profile, suite);
  const other = otherRelease(data.assets, profile, suite);
  const name = `boot files (${profile})`;
  if (missing.length === 0 && other === undefined) return [good(name, `complete, Debian ${releaseOf(suite)} (${suite})`)];
  const fetched = (file: string) => loaders.some((loader) => loader === file) || file.startsWith("debian-installer/");
  const build = !missing.every(fetched) || (other !== undefined && profile === "image");
  const commands = [missing.some(fetched) && "muster assets fetch", build && "muster image build"].filter(Boolean).join("; ");
  const detail = [other, missing.length > 0 && `missing: ${missing.join(", ")}`].filter(Boolean).join("; ");
  if (profile === config.machines.profile) return [bad(name, detail, commands)];
  return [{ ...good(name, "missing, but this configuration uses another profile"), advice: `To use it: ${commands}` }];
}

/** The memory of the processes and of a few runs of Ansible. */
const ENOUGH_MIB = 500;

function memoryCheck(): Check {
  const free = Math.floor(process.availableMemory() / 1024 ** 2);
  if (free >= ENOUGH_MIB) return good("free memory", `${free} MiB`);
  return bad("free memory", `${free} MiB`, `Provide ${ENOUGH_MIB} MiB, and about 100 MiB for each run of jobs.ansible.concurrency.`);
}

const ENOUGH_GB = 5;

function spaceCheck(data: DataDir): Check {
  let place = data.root;
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = statfsSync(place);
  const freeGb = (bavail * bsize) / 1e9;
  return freeGb >= ENOUGH_GB
    ? good("disk space", `${freeGb.toFixed(0)} GB free`)
    : bad("disk space", `${freeGb.toFixed(1)} GB free for ${data.root}`, `Provide ${ENOUGH_GB} GB for images and logs.`);
}

/** Checks a data folder in which each process has a user of its own. */
function separateCheck(data: DataDir): Check {
  let wrong: string[];
  try {
    wrong = wrongEntries(data, accountIds());
  } catch (error) {
    return bad(
      "data folder",
      explain(error),
      error instanceof MusterError ? error.hint : `Run this command as root to examine ${data.root}.`,
    );
  }
  if (wrong.length === 0) return good("data folder", `${data.root}, with a user for each process`);
  return bad("data folder", `wrong owner or permissions: ${wrong.join(", ")}`, "As root: muster prepare");
}

function folderCheck(data: DataDir): Check {
  if (hasSeparateUsers(data)) return separateCheck(data);
  const owner = `Give ${data.root} to Muster's user with chown -R.`;
  let place = data.root;
  while (!existsSync(place)) place = dirname(place);
  try {
    accessSync(place, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return bad(
      "data folder",
      `${place} cannot be written by this user`,
      place === data.root ? owner : `Create ${data.root} as root, or name another folder with --data.`,
    );
  }
  if (existsSync(data.executor) && (statSync(data.executor).mode & 0o077) !== 0)
    return bad(
      "data folder",
      `other users can read ${data.executor}, which contains the SSH key for every node`,
      `chmod 700 ${data.executor}`,
    );
  const open = openEntries(data);
  if (open.length > 0)
    return bad("data folder", `other users of this machine can open ${open.join(", ")}`, `chmod o-rwx ${open.join(" ")}`);
  return good("data folder", place === data.root ? data.root : `${data.root}, created at the first start`);
}
