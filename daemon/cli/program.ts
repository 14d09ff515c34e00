/** The `muster` command: its words, options and help. What it does is asked of the daemon or injected. */
import { Command, Option } from "commander";
import { connect } from "./connect.ts";
import { followJob, showJob, showJobs } from "./jobs.ts";
import { showExplanation, showNode, showNodes } from "./nodes.ts";
import { print } from "./print.ts";

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  advice?: string;
}

interface Place {
  config?: string;
  data?: string;
}

/** Commands that work on this machine. Injected, because this folder only talks to the daemon. */
export interface LocalCommands {
  version: string;
  init(options: {
    output: string;
    interface?: string;
    dhcp?: string;
    from?: string;
    to?: string;
    sshKeys?: string;
    force: boolean;
    print: boolean;
  }): Promise<string>;
  doctor(options: Place): Promise<Check[]>;
  up(options: Place): Promise<void>;
  child(name: string, options: Place): Promise<void>;
  createKey(options: { name: string; role: string; data?: string }): { key: { id: string; name: string; role: string }; secret: string };
  fetchAssets(options: Place): Promise<void>;
  buildImage(options: Place & { force: boolean; mirror?: string }): Promise<void>;
  lab(args: string[]): Promise<void>;
}

export function buildProgram(local: LocalCommands): Command {
  const program = new Command("muster")
    .description("Turns a pile of legacy machines into a cluster and keeps it.")
    .version(local.version)
    .option("--json", "print JSON for programs instead of text for people")
    .option("--url <url>", "where the daemon is (MUSTER_URL, else http://127.0.0.1:8000)")
    .option("--key <key>", "API key (better: MUSTER_KEY, which no process list shows)")
    .showHelpAfterError("Run with --help for what there is.")
    .configureHelp({ sortSubcommands: false });
  const json = () => program.opts<{ json?: boolean }>().json === true;
  const client = () => connect(program.opts<{ url?: string; key?: string }>());
  const place = (command: Command) => command.option("--config <file>", "configuration file").option("--data <dir>", "data folder");

  program
    .command("init")
    .description("write muster.yaml, asking which interface and which DHCP mode")
    .option("--output <file>", "where to", "muster.yaml")
    .option("--interface <name>", "network card the machines boot from")
    .addOption(new Option("--dhcp <mode>", "DHCP mode").choices(["off", "proxy", "full"]))
    .option("--from <address>", "full mode: first address handed out")
    .option("--to <address>", "full mode: last address handed out")
    .option("--ssh-keys <file>", "public keys that may log in to every node")
    .option("--force", "replace an existing file", false)
    .option("--print", "print every key with its default and write nothing", false)
    .action(async (options) => {
      process.stdout.write(await local.init(options));
    });
  place(program.command("up"))
    .description("run the daemon in the foreground until Ctrl-C")
    .action((options: Place) => local.up(options));
  place(program.command("doctor"))
    .description("check everything a start depends on")
    .action(async (options: Place) => {
      const checks = await local.doctor(options);
      const text = checks
        .map(
          ({ ok, name, detail, advice }) =>
            `${ok ? "ok     " : "PROBLEM"} ${name}: ${detail}${!ok && advice ? `\n        → ${advice}` : ""}`,
        )
        .join("\n");
      print(json(), checks, text);
      if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
    });
  place(program.command("child", { hidden: true }).argument("<name>")).action((name: string, options: Place) => local.child(name, options));

  program
    .command("nodes")
    .description("all known machines")
    .action(async () => {
      const nodes = await client().listNodes();
      print(json(), nodes, showNodes(nodes));
    });
  program
    .command("node")
    .argument("<name|mac>")
    .description("one machine and its timeline")
    .action(async (node: string) => {
      const [found, events] = [await client().getNode({ node }), await client().nodeEvents({ node })];
      print(json(), { ...found, events }, showNode(found, events));
    });
  program
    .command("accept")
    .argument("<name|mac>")
    .option("--name <name>", "give it this name")
    .option("--disk <path>", "install to this disk, e.g. /dev/disk/by-id/…")
    .description("take a discovered machine into the fleet; a MAC address not seen yet is added")
    .action(async (node: string, { name, disk }: { name?: string; disk?: string }) => {
      const wanted = { ...(name !== undefined && { name }), ...(disk !== undefined && { disk }) };
      const known = (await client().listNodes()).some(
        (one) => one.name === node || one.macs.includes(node.toLowerCase().replaceAll("-", ":")),
      );
      const isMac = /^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$/i.test(node);
      const accepted = !known && isMac ? await client().addNode({ mac: node, ...wanted }) : await client().acceptNode({ node, ...wanted });
      print(json(), accepted, `${accepted.name} is accepted. Next: muster arm ${accepted.name}`);
    });
  program
    .command("arm")
    .argument("<name|mac>")
    .addOption(new Option("--profile <profile>", "how it is installed").choices(["image", "preseed"]))
    .option("--confirm <name>", "the node's name, when it has been installed before")
    .description("let its next network boot install it, erasing its disk, once")
    .action(async (node: string, options: { profile?: "image" | "preseed"; confirm?: string }) => {
      const armed = await client().armNode({ node, ...options });
      print(json(), armed, `${armed.name} is armed: its next network boot erases its disk and installs it, once.`);
    });
  for (const [name, description, call] of [
    ["disarm", "take an arming back", "disarmNode"],
    ["wake", "send Wake-on-LAN", "wakeNode"],
    ["reprovision", "run the playbook again", "reprovisionNode"],
  ] as const) {
    program
      .command(name)
      .argument("<name|mac>")
      .description(description)
      .action(async (node: string) => {
        const answer = await client()[call]({ node });
        print(
          json(),
          answer,
          "message" in answer
            ? answer.message
            : "state" in answer
              ? `${answer.name} is ${answer.state.phase}.`
              : `Job ${answer.id} is ${answer.status}.`,
        );
      });
  }
  program
    .command("retire")
    .argument("<name|mac>")
    .option("--confirm <name>", "the node's name")
    .description("take a node out of the fleet and the inventory")
    .action(async (node: string, options: { confirm?: string }) => {
      const retired = await client().retireNode({ node, ...options });
      print(json(), retired, `${retired.name} is retired.`);
    });
  program
    .command("explain")
    .argument("<mac>")
    .option("--arch <number>", "architecture it would say (option 93)", "7")
    .option("--user-class <text>", "e.g. iPXE")
    .description("what this machine would be answered now, and why")
    .action(async (mac: string, { arch, userClass }: { arch: string; userClass?: string }) => {
      const explanation = await client().explain({ mac, arch: Number(arch), ...(userClass !== undefined && { userClass }) });
      print(json(), explanation, showExplanation(explanation));
    });

  program
    .command("jobs")
    .option("--node <name|mac>", "of one node only")
    .description("jobs, newest first")
    .action(async (options: { node?: string }) => {
      const jobs = await client().listJobs(options);
      print(json(), jobs, showJobs(jobs));
    });
  program
    .command("job")
    .argument("<id>")
    .option("--follow", "show its output as it comes; Ctrl-C leaves the job alone", false)
    .description("one job and its output")
    .action(async (id: string, { follow }: { follow: boolean }) => {
      if (follow) process.exitCode = await followJob(client(), id);
      else {
        const [job, output] = [await client().getJob({ id }), await client().jobOutput({ id })];
        print(json(), { ...job, output: output.text }, showJob(job, output.text));
      }
    });
  program
    .command("cancel")
    .argument("<id>")
    .description("cancel a job")
    .action(async (id: string) => {
      const job = await client().cancelJob({ id });
      print(json(), job, `Job ${job.id} is ${job.status}.`);
    });

  const key = program.command("key").description("API keys");
  key
    .command("create")
    .requiredOption("--name <name>", "whose or what for")
    .requiredOption("--role <role>", "viewer, operator, admin, agent or node")
    .option("--data <dir>", "data folder")
    .description("create a key on the control node itself; it is shown once")
    .action((options: { name: string; role: string; data?: string }) => {
      const { key: made, secret } = local.createKey(options);
      print(json(), { ...made, key: secret }, `${secret}\nThis is the only time it is shown (role ${made.role}).`);
    });
  program
    .command("token")
    .description("one-time tokens for machines installed by other means")
    .command("create")
    .requiredOption("--node <name|mac>", "which accepted node may use it")
    .option("--ttl <seconds>", "how long it is good", "3600")
    .action(async ({ node, ttl }: { node: string; ttl: string }) => {
      const token = await client().createToken({ node, ttlSeconds: Number(ttl) });
      print(json(), token, `${token.token}\nGood until ${token.expiresAt}, once.`);
    });

  const assets = program.command("assets").description("what machines boot from");
  place(assets.command("fetch"))
    .description("bring iPXE and the Debian installer out of Debian's packages")
    .action((options: Place) => local.fetchAssets(options));
  const image = program.command("image").description("what the image profile installs");
  place(image.command("build"))
    .option("--force", "build although it is up to date", false)
    .option("--mirror <url>", "Debian mirror to build from")
    .description("build the Debian root and the installer (as root)")
    .action((options: Place & { force: boolean; mirror?: string }) => local.buildImage(options));
  program
    .command("lab")
    .description("a laboratory of virtual machines in a network namespace; --help for its options")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]")
    .action((args: string[]) => local.lab(args));
  return program;
}
