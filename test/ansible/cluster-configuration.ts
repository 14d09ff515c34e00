/** The real ansible-playbook writes the configuration of a whole cluster into a folder of this machine. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { consulProgram } from "../support/cluster/consul-agent.ts";

const directory = join(import.meta.dirname, "../../ansible");

export const MANAGEMENT = "00000000-0000-0000-0000-00000000c0de";
export const AGENT = "00000000-0000-0000-0000-00000000a6e7";
export const GOSSIP = "8rL0k1x6mYyKjQqB0l5nqvB1m3p5s7u9w1y3A5C7E9g=";

/** The part of each role that needs no user, packages or service of the machine. */
const partOf = { consul: "configure", nomad: "configure", llama_cpp: "install" } as const;

export interface ClusterWish {
  controllers: number;
  /** Hosts of both groups. They are among the controllers. */
  both?: string[];
  roles?: (keyof typeof partOf)[];
  variables?: Record<string, unknown>;
}

export interface RunOnCluster {
  code: number;
  output: string;
  /** The number of changed tasks by host. */
  changed: Record<string, number>;
}

export interface ClusterConfiguration {
  folder: string;
  authority: string;
  run(more?: Record<string, unknown>): Promise<RunOnCluster>;
  /** Fails the test if the run fails. */
  write(more?: Record<string, unknown>): Promise<RunOnCluster>;
}

export const addressOf = (name: string): string => `127.0.0.${(name.startsWith("c") ? 10 : 20) + Number(name.slice(1))}`;

export function clusterConfiguration(t: Pick<TestContext, "after">, wish: ClusterWish): ClusterConfiguration {
  const folder = mkdtempSync(join(tmpdir(), "muster-cluster-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const authority = join(folder, "authority");
  const { both = [], roles = ["consul"] } = wish;
  const hosts = (names: string[]) => ({
    hosts: Object.fromEntries(names.map((name) => [name, { ansible_host: addressOf(name), ansible_connection: "local" }])),
  });
  const controllers = Array.from({ length: wish.controllers }, (_, at) => `c${at + 1}`);
  const children = { controller_nodes: hosts(controllers), worker_nodes: hosts(["w1", "w2", ...both]) };
  const tasks = roles.map((name) => ({ "ansible.builtin.include_role": { name, tasks_from: partOf[name] } }));
  const before = roles.some((name) => partOf[name] === "configure") ? ["cluster_ca"] : [];
  const play = { hosts: "all", gather_facts: false, roles: before, tasks };
  writeFileSync(join(folder, "play.yaml"), JSON.stringify([play]));
  const run = async (more: Record<string, unknown> = {}): Promise<RunOnCluster> => {
    const vars = { ...settings(folder, authority), ...wish.variables, ...more };
    writeFileSync(join(folder, "inventory.yaml"), JSON.stringify({ all: { vars, children } }));
    const { code, output } = await playbook(["-i", join(folder, "inventory.yaml"), join(folder, "play.yaml")]);
    const recap = [...output.matchAll(/^(\w+)\s+: ok=.*?changed=(\d+)/gm)];
    return { code, output, changed: Object.fromEntries(recap.map(([, host, count]) => [host ?? "", Number(count)])) };
  };
  return {
    folder,
    authority,
    run,
    write: async (more) => {
      const done = await run(more);
      assert.equal(done.code, 0, done.output);
      return done;
    },
  };
}

function settings(folder: string, authority: string): Record<string, unknown> {
  const place = (program: string) => ({
    [`${program}_config_folder`]: join(folder, "{{ inventory_hostname }}", program),
    [`${program}_data_folder`]: join(folder, "{{ inventory_hostname }}", `${program}-data`),
    [`${program}_user`]: "root",
    [`${program}_gossip_key`]: GOSSIP,
    [`${program}_url`]: "http://unused.test/program",
    [`${program}_sha256`]: "0".repeat(64),
    [`${program}_start`]: false,
  });
  const tokens = { consul_management_token: MANAGEMENT, consul_agent_token: AGENT, consul_program: consulProgram };
  return { cluster_ca_folder: authority, ...place("consul"), ...place("nomad"), ...tokens };
}

function playbook(args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, ANSIBLE_CONFIG: join(directory, "ansible.cfg"), ANSIBLE_NOCOLOR: "1", ANSIBLE_STDOUT_CALLBACK: "default" };
  return new Promise((resolve) => {
    execFile("ansible-playbook", args, { cwd: directory, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: stdout + stderr });
    });
  });
}
