/**
 * Measures how long 200 nodes need from the call-home to the phase `ready`. 8 processes call home for the nodes
 * within two seconds. The program compares the result with one separate Ansible run per node. It measures these
 * separate runs on a sample and extrapolates their time. The program also records the latency of the API and checks
 * that the inventory stays valid. 20 nodes are sshd processes in their own namespaces. The other nodes are configured
 * with `connection: local`. Usage: provision.ts [--nodes N] [--sample N] [--work shell|modules|both]. The last line
 * of the output is JSON. The names of figures that were measured with modules begin with `modules_`.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { oneOf } from "../lab/arguments.ts";
import { startDaemon } from "../lab/daemon.ts";
import { createNetwork, noNetwork } from "../lab/network.ts";
import { type CrowdMember, playCrowd, startSshNodes } from "./provision-nodes.ts";

const text = (standard: string) => ({ type: "string", default: standard }) as const;
const { values } = parseArgs({ options: { nodes: text("200"), sample: text("40"), work: text("both") } });
if (noNetwork) {
  console.error(`bench:provision cannot run: ${noNetwork}`);
  process.exit(2);
}
const [count, sampled] = [Number(values.nodes), Number(values.sample)];
const overSsh = Math.min(20, count);
const repository = join(import.meta.dirname, "../..");

/**
 * Each node runs four tasks: check the connection, run a command, write a file, and read the file. A real node runs
 * the tasks on its own processor, but here 180 nodes share the processor that is measured.
 * `shell` runs the tasks in a shell, which costs almost nothing. The result then shows the speed of the control node.
 * `modules` uses Ansible's modules, and each module starts a Python process. The Python processes take four fifths of
 * the time.
 */
const WORK = {
  shell: `
    - name: Reach it
      ansible.builtin.raw: echo pong
      changed_when: false
    - name: Run something
      ansible.builtin.raw: "true"
      changed_when: false
    - name: Write something
      ansible.builtin.raw: echo {{ inventory_hostname }} >{{ muster_bench_folder }}/{{ inventory_hostname }}
    - name: Read it back
      ansible.builtin.raw: cat {{ muster_bench_folder }}/{{ inventory_hostname }}
      register: written
      changed_when: false
      failed_when: inventory_hostname not in written.stdout
`,
  modules: `
    - name: Reach it
      ansible.builtin.ping:
    - name: Run something
      ansible.builtin.command: "true"
      changed_when: false
    - name: Write something
      ansible.builtin.copy:
        content: "{{ inventory_hostname }}\\n"
        dest: "{{ muster_bench_folder }}/{{ inventory_hostname }}"
        mode: "0644"
    - name: Read it back
      ansible.builtin.stat:
        path: "{{ muster_bench_folder }}/{{ inventory_hostname }}"
`,
};
type Work = keyof typeof WORK;
const playbook = (work: Work) => `
- name: Configure nodes
  hosts: worker_nodes
  gather_facts: false
  tasks:${WORK[work]}`;

const asked = oneOf("work", values.work, ["shell", "modules", "both"] as const);
const figures: Record<string, number> = { nodes: count, over_ssh: overSsh, per_node_sample: sampled };
for (const work of asked === "both" ? (["shell", "modules"] as const) : [asked]) {
  const measured = Object.entries(await measure(work));
  for (const [name, value] of measured) figures[work === "shell" ? name : `modules_${name}`] = value;
}
console.log(JSON.stringify(figures));

async function measure(work: Work): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-provision-"));
  const network = createNetwork();
  try {
    const ansible = join(folder, "ansible");
    cpSync(join(repository, "ansible"), ansible, { recursive: true });
    writeFileSync(join(ansible, "playbook.yaml"), playbook(work));
    const dataDir = join(folder, "data");
    const written = join(folder, "written");
    for (const path of [dataDir, written]) mkdirSync(path);
    for (const name of ["undionly.kpxe", "snponly.efi"]) {
      mkdirSync(join(dataDir, "assets/ipxe"), { recursive: true });
      writeFileSync(join(dataDir, "assets/ipxe", name), name);
    }
    const names = Array.from({ length: count }, (_, index) => `bench-${String(index + 1).padStart(3, "0")}`);
    writeFileSync(join(dataDir, "inventory.yaml"), inventory(names.slice(overSsh), written));
    const start = (settings: object) =>
      startDaemon(network, {
        folder,
        dataDir,
        dhcp: "full",
        mirror: `http://${network.address}/debian`,
        settings: {
          // The program accepts all nodes and polls their state with a single API key.
          admin: { control: { requests_per_minute: { normal: 100_000, reading: 1_000_000 } } },
          netboot: { check_other_servers: false },
          // The program calls home for all nodes over the loopback address.
          machines: { call_home: { relayed: ["127.0.0.0/8"] } },
          jobs: { ansible: { directory: ansible, unreachable_retries: 0, ...settings } },
        },
      });

    console.log(`\nWork: ${work}. ${count} nodes, ${overSsh} of them over SSH, call home within two seconds …`);
    let daemon = await start({});
    const key = daemon.createKey("bench");
    const members: CrowdMember[] = [
      ...(await startSshNodes(network, folder, join(dataDir, "executor/id_ed25519.pub"), names.slice(0, overSsh))),
      ...names.slice(overSsh).map((name, index) => ({ name, address: `10.77.${4 + (index >> 8)}.${index & 255}` })),
    ];
    const task = { key, inventory: join(dataDir, "inventory.yaml") };
    const waves = await playCrowd(network, folder, { ...task, members, way: "call-home" });
    await daemon.stop();
    console.log(
      `${waves.ready} ready in ${waves.seconds.toFixed(1)} s; API p99 ${waves.apiP99Ms.toFixed(1)} ms over ${waves.apiRequests} requests`,
    );

    // The sample has the same share of SSH nodes as the complete set of nodes.
    const [some, others] = [Math.round((sampled * overSsh) / count), members.slice(overSsh)];
    const sample = [...members.slice(0, some), ...others.slice(0, sampled - some)];
    console.log(`${sample.length} of them again, each with its own run …`);
    daemon = await start({ wave_size: 1, gather_seconds: 0 });
    const each = await playCrowd(network, folder, { ...task, members: sample, way: "reprovision" });
    await daemon.stop();
    const extrapolated = (each.seconds * count) / sample.length;
    console.log(`${each.ready} ready in ${each.seconds.toFixed(1)} s; ${count} would take ${extrapolated.toFixed(0)} s`);

    if (waves.ready !== count || waves.inventoryInvalid > 0 || each.ready !== sample.length) process.exitCode = 1;
    if (work === "shell" && (extrapolated < 2 * waves.seconds || waves.apiP99Ms >= 100)) process.exitCode = 1;
    return {
      ready: waves.ready,
      runs: waves.runs,
      seconds: round(waves.seconds),
      per_node_sample_seconds: round(each.seconds),
      per_node_seconds_extrapolated: round(extrapolated),
      speedup: round(extrapolated / waves.seconds),
      api_p99_ms: round(waves.apiP99Ms),
      api_requests: waves.apiRequests,
      call_home_p99_ms: round(waves.callHomeP99Ms),
      inventory_reads: waves.inventoryReads,
      inventory_invalid: waves.inventoryInvalid,
    };
  } finally {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Returns the inventory that an operator would add for the nodes that run on this host. */
function inventory(local: string[], written: string): string {
  const hosts = Object.fromEntries(local.map((name) => [name, {}]));
  const bench = { hosts, vars: { ansible_connection: "local", ansible_pipelining: true } };
  return `${JSON.stringify({ all: { vars: { muster_bench_folder: written }, children: { worker_nodes: { hosts: {} }, on_this_machine: bench } } }, null, 2)}\n`;
}
