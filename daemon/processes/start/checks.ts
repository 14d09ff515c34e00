/**
 * Everything on the disk and in the environment that must be right before a process starts. `muster up` refuses to start at
 * the first wrong item, and `muster doctor` shows all items. Otherwise a process would crash repeatedly.
 */
import { keyHashesIn } from "../../admin/first-key.ts";
import { webhookIn } from "../../admin/webhook-file.ts";
import { readSigningKey } from "../../audit/signer.ts";
import { policyFrom } from "../../changes/policy/settings.ts";
import { votingOf } from "../../changes/votes/voting.ts";
import { loadAccess } from "../../config/access-secrets.ts";
import type { Config } from "../../config/config.ts";
import { readSecret } from "../../config/secret-file.ts";
import type { DataDir } from "../../data-dir.ts";
import { InventoryFile } from "../../machines/inventory/file.ts";
import { entryAt, fileAt, requireWritable } from "../../machines/inventory/place.ts";
import { offered } from "../control/changes.ts";
import type { ChildName } from "../supervisor/children.ts";
import { checkEntries, checkName } from "./data-folder.ts";
import { checkDatabase } from "./database.ts";
import { checkMemory, checkPrograms } from "./machine.ts";

export interface StartCheck {
  name: string;
  /** The processes that read the checked files. With a user of its own, each process checks only these. */
  readers: readonly ChildName[];
  /** Returns what was found. Throws an error that names the file or key and the next step. */
  check(): string;
}

export const LOGIN_CHECK = "login keys and password hash";
export const DATABASE_CHECK = "database";
export const VOTERS_CHECK = "voters file";
export const TOOLS_CHECK = "tools and runbooks";

const all = ["control", "netboot", "executor"] as const;
const both = ["control", "executor"] as const;

/** A check without readers needs files of several processes, or concerns the machine. Only root and a single user perform it. */
export const startChecks = (config: Config, data: DataDir, env: NodeJS.ProcessEnv): StartCheck[] => [
  { name: "memory", readers: [], check: () => checkMemory() },
  { name: "programs of the processes", readers: [], check: () => checkPrograms(config) },
  { name: "path of the data folder", readers: all, check: () => checkName(data) },
  { name: "files in the data folder", readers: all, check: () => done(checkEntries(data), "each of its kind") },
  { name: DATABASE_CHECK, readers: [], check: () => checkDatabase(data) },
  { name: "audit key", readers: ["control"], check: () => (readSigningKey(data.audit) ? "readable" : "created at the first start") },
  { name: "inventory", readers: ["control"], check: () => inventoryInWords(data) },
  { name: LOGIN_CHECK, readers: all, check: () => `SSH keys: ${loadAccess(config).sshKeys.length}` },
  { name: "API keys in the environment", readers: ["control"], check: () => `hashes: ${keyHashesIn(env).length}` },
  {
    name: "policy rules",
    readers: both,
    check: () => done(policyFrom(config.changes, env), config.changes.policy.rules_directory ?? "only Muster's own"),
  },
  { name: TOOLS_CHECK, readers: both, check: () => offeredInWords(config) },
  { name: VOTERS_CHECK, readers: both, check: () => `voters: ${votingOf(config.changes, data).voters.length}` },
  { name: "alert webhook", readers: ["control"], check: () => (webhookIn(config.admin.alerts.webhook_file) ? "readable" : "none") },
  { name: "token files", readers: ["control"], check: () => tokensInWords(config) },
];

const done = (_: unknown, words: string): string => words;

function inventoryInWords({ inventory }: DataDir): string {
  new InventoryFile(inventory).text();
  requireWritable(inventory);
  const file = fileAt(inventory);
  return file === undefined || file === entryAt(inventory) ? inventory : `${inventory} leads to ${file}`;
}

function offeredInWords(config: Config): string {
  const { catalogue, runbooks } = offered(config);
  return `tools: ${catalogue.list().length}, runbooks: ${runbooks.list().length}`;
}

function tokensInWords({ cluster, audit }: Config): string {
  const files = {
    "cluster.consul.token_file": cluster.consul?.token_file,
    "cluster.nomad.token_file": cluster.nomad?.token_file,
    "audit.consul.token_file": audit.consul?.token_file,
  };
  const readable = Object.entries(files).filter(([key, file]) => readSecret(key, file) !== undefined);
  return readable.length === 0 ? "none" : readable.map(([key]) => key).join(", ");
}
