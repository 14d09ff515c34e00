/** What the commands need that work on this machine instead of asking the daemon. Injected, because this folder only talks to the daemon. */
import type { Role } from "../contract/key.ts";

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  advice?: string;
}

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

export interface NewKey {
  key: { id: string; name: string; role: string };
  secret: string;
}

export interface LocalCommands {
  version: string;
  /** `text` is for a person; `file` is what was written, if anything was. */
  init(options: InitOptions): Promise<{ file?: string; text: string }>;
  doctor(options: Place): Promise<Check[]>;
  up(options: Place): Promise<void>;
  child(name: string, options: Place): Promise<void>;
  createKey(options: { name: string; role: Role; data?: string }): NewKey;
  /** Both answer with the files that are there now; what the steps say goes to standard error. */
  fetchAssets(options: Place): Promise<string[]>;
  buildImage(options: Place & { force: boolean; mirror?: string }): Promise<string[]>;
  /** Answers with the laboratory's own exit code: it has told the reason itself. */
  lab(args: string[]): Promise<number>;
}
