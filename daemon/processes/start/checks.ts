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
import { checkEntries, checkName } from "./data-folder.ts";
import { checkDatabase } from "./database.ts";

export interface StartCheck {
  name: string;
  /** Returns what was found. Throws an error that names the file or key and the next step. */
  check(): string;
}

export const LOGIN_CHECK = "login keys and password hash";
export const VOTERS_CHECK = "voters file";

export const startChecks = (config: Config, data: DataDir, env: NodeJS.ProcessEnv): StartCheck[] => [
  { name: "path of the data folder", check: () => checkName(data) },
  { name: "files in the data folder", check: () => done(checkEntries(data), "each of its kind") },
  { name: "database", check: () => checkDatabase(data) },
  { name: "audit key", check: () => (readSigningKey(data.audit) ? "readable" : "created at the first start") },
  { name: "inventory", check: () => inventoryInWords(data) },
  { name: LOGIN_CHECK, check: () => `SSH keys: ${loadAccess(config).sshKeys.length}` },
  { name: "API keys in the environment", check: () => `hashes: ${keyHashesIn(env).length}` },
  {
    name: "policy rules",
    check: () => done(policyFrom(config.changes, env), config.changes.policy.rules_directory ?? "only Muster's own"),
  },
  { name: "tools and runbooks", check: () => offeredInWords(config) },
  { name: VOTERS_CHECK, check: () => `voters: ${votingOf(config.changes, data).voters.length}` },
  { name: "alert webhook", check: () => (webhookIn(config.admin.alerts.webhook_file) ? "readable" : "none") },
  { name: "token files", check: () => tokensInWords(config) },
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
  const files = { "cluster.consul.token_file": cluster.consul?.token_file, "audit.consul.token_file": audit.consul?.token_file };
  const readable = Object.entries(files).filter(([key, file]) => readSecret(key, file) !== undefined);
  return readable.length === 0 ? "none" : readable.map(([key]) => key).join(", ");
}
