/** What the commands need that work on this machine instead of asking the daemon. Injected, because this folder only talks to the daemon. */

import type { Check } from "../contract/admin/doctor.ts";
import type { Key, Role } from "../contract/admin/key.ts";
import type { AuditReport } from "../contract/audit/audit-report.ts";
import type { Vote } from "../contract/changes/approval.ts";
import type { Decision } from "../contract/changes/plan.ts";

export interface Place {
  config?: string;
  data?: string;
}

export interface InitOptions {
  output: string;
  /** Each a name, or a name and its mode: `eth1=proxy`. */
  interface: string[];
  dhcp?: string;
  from?: string;
  to?: string;
  sshKeys?: string;
  force: boolean;
  print: boolean;
}

export interface KeyWish {
  name: string;
  role: Role;
  owner?: string;
  expiresAt?: string;
}

export interface NewKey {
  key: Key;
  secret: string;
}

export interface VoterWish {
  name: string;
  role: Vote["role"];
  publicKey: string;
}

export interface VoterLine extends VoterWish {
  fingerprint: string;
  since: string;
}

export interface PolicyPlace {
  config?: string;
  /** Folders of rules beside those of the configuration. */
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

/** Folders beside Muster's own and those of the configuration. */
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
  /** What would be done, with its usual values. */
  does: string;
  parameters: string[];
  file: string;
}

export interface RunbookLine {
  name: string;
  description: string;
  symptoms: string[];
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

export interface LocalCommands {
  version: string;
  /** `text` is for a person; `file` is what was written, if anything was. */
  init(options: InitOptions): Promise<{ file?: string; text: string }>;
  doctor(options: Place): Promise<Check[]>;
  up(options: Place): Promise<void>;
  createKey(options: KeyWish & { data?: string }): NewKey;
  voters(place: Place): VoterLine[];
  addVoter(wish: VoterWish, place: Place): VoterLine;
  /** Answers with those who are left. */
  removeVoter(name: string, place: Place): VoterLine[];
  /** Both answer with the files that are there now; what the steps say goes to standard error. */
  fetchAssets(options: Place): Promise<string[]>;
  buildImage(options: Place & { force: boolean; mirror?: string }): Promise<string[]>;
  /** Every case, with what was expected and what was decided. */
  testPolicy(file: string | undefined, place: PolicyPlace): CaseLine[];
  explainPolicy(planFile: string, who: Proposer, place: PolicyPlace): PolicyExplanation;
  policyRules(place: PolicyPlace): RuleLine[];
  verifyAudit(options: Verification): AuditReport;
  tools(folders: FormFolders, config: string | undefined): { tools: ToolLine[]; problems: WrongLine[] };
  runbooks(
    folders: FormFolders,
    symptom: string | undefined,
    config: string | undefined,
  ): { runbooks: RunbookLine[]; problems: WrongLine[] };
  /** Answers with the laboratory's own exit code: it has told the reason itself. */
  lab(args: string[]): Promise<number>;
}
