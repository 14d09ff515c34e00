/**
 * Defines the functions for the commands that work on this machine. The caller injects these functions, because the code in
 * this folder only calls the daemon.
 */

import type { Check } from "../contract/admin/doctor.ts";
import type { Key, Role } from "../contract/admin/key.ts";
import type { AuditReport } from "../contract/audit/audit-report.ts";
import type { Vote } from "../contract/changes/approval.ts";
import type { KnownWords, RunbookSearch } from "../contract/changes/incident.ts";
import type { OfferedRunbook } from "../contract/changes/offer.ts";
import type { Decision } from "../contract/changes/plan.ts";
import type { Model } from "../contract/cluster/model.ts";

export interface LocalPlace {
  config?: string;
  data?: string;
}

export interface InitOptions {
  output: string;
  /** Each element is the name of an interface, or a name with a DHCP mode such as `eth1=proxy`. */
  interface: string[];
  dhcp?: string;
  from?: string;
  to?: string;
  sshKeys?: string;
  force: boolean;
  print: boolean;
}

export interface KeyRequest {
  name: string;
  role: Role;
  owner?: string;
  expiresAt?: string;
}

export interface NewKey {
  key: Key;
  secret: string;
}

export interface VoterRequest {
  name: string;
  role: Vote["role"];
  publicKey: string;
}

export interface VoterLine extends VoterRequest {
  fingerprint: string;
  since: string;
}

export interface PolicyPlace {
  config?: string;
  /** Folders of policy rules, in addition to the configured folders. */
  rules: string[];
}

export interface CaseLine {
  case: string;
  ok: boolean;
  expected: string;
  decided: string;
  reasons: string[];
}

export interface Proposer {
  keyId: string;
  name: string;
  role: Role;
  onBehalfOf?: string;
}

export interface PolicyExplanation {
  who: Proposer;
  inputs: Record<string, string | number | boolean>;
  steps: { id: string; tool: string; target?: string | undefined; risk: string; scope: string; answer: string; rules: string[] }[];
  decision: Decision;
}

export interface RuleLine {
  id: string;
  effect: string;
  quorum: string;
  file: string;
  text: string;
}

/** Folders of tool forms, in addition to Muster's own folder and the configured folders. */
export interface FormFolders {
  forms: string[];
  runbooks: string[];
}

export interface ToolLine {
  name: string;
  description: string;
  method: string;
  risk: string;
  needsNodes: boolean;
  /** The command that the tool runs with its default values. */
  does: string;
  parameters: string[];
  file: string;
}

export interface RunbookLine {
  name: string;
  description: string;
  symptoms: string[];
  triggers: OfferedRunbook["triggers"];
  tools: string[];
  parameters: string[];
}

export interface WrongLine {
  file: string;
  line: number;
  problem: string;
}

export interface Verification {
  data?: string;
  export?: string;
  checkpoint?: string;
  publicKey?: string;
}

export interface ModelRequest {
  /** A path, or a web address. */
  source: string;
  sha256?: string;
  name?: string;
  mostBytes: number;
}

export interface LocalCommands {
  version: string;
  /** `text` is a message for the user. `file` is the path of the written file, if a file was written. */
  init(options: InitOptions): Promise<{ file?: string; text: string }>;
  doctor(options: LocalPlace): Promise<Check[]>;
  up(options: LocalPlace & { newDatabase?: boolean }): Promise<void>;
  /** Returns the names of the entries whose owner or permissions were corrected. */
  prepare(options: LocalPlace & { newDatabase?: boolean }): Promise<string[]>;
  /** Returns the names of the copied entries. */
  backup(folder: string, place: LocalPlace): Promise<string[]>;
  createKey(options: KeyRequest & { data?: string }): Promise<NewKey>;
  voters(place: LocalPlace): Promise<VoterLine[]>;
  addVoter(request: VoterRequest, place: LocalPlace): Promise<VoterLine>;
  /** Returns the remaining voters. */
  removeVoter(name: string, place: LocalPlace): Promise<VoterLine[]>;
  /**
   * `fetchAssets` and `buildImage` return the paths of the files that exist afterwards. Both `fetchAssets` and
   * `buildImage` print the output of their steps on standard error.
   */
  fetchAssets(options: LocalPlace): Promise<string[]>;
  buildImage(options: LocalPlace & { force: boolean; mirror?: string }): Promise<string[]>;
  /** `added` is false if the same content was stored before. Progress is printed on standard error. */
  addModel(request: ModelRequest & { data?: string }): Promise<{ model: Model; added: boolean }>;
  /** Returns the jobs that still use the model. */
  removeModel(name: string, options: LocalPlace & { force: boolean }): Promise<{ users: string[] }>;
  /** Returns every test case of the policy with the expected and the actual decision. */
  testPolicy(file: string | undefined, place: PolicyPlace): Promise<CaseLine[]>;
  explainPolicy(planFile: string, who: Proposer, place: PolicyPlace): Promise<PolicyExplanation>;
  policyRules(place: PolicyPlace): Promise<RuleLine[]>;
  verifyAudit(options: Verification): Promise<AuditReport>;
  tools(folders: FormFolders, config: string | undefined): Promise<{ tools: ToolLine[]; problems: WrongLine[] }>;
  runbooks(
    folders: FormFolders,
    search: RunbookSearch,
    config: string | undefined,
  ): Promise<{ runbooks: RunbookLine[]; known: KnownWords; problems: WrongLine[] }>;
  /** Returns the exit code of `muster lab`, which prints its own failures. */
  lab(args: string[]): Promise<number>;
}
