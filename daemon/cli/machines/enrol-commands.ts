/** Defines `muster token` and `muster quarantine`, which enrol machines that Muster did not install. */
import { type Command, Option } from "commander";
import { type Claim, type EnrolToken, MachineRole } from "../../contract/machines/enrol.ts";
import { ago, print, table } from "../print.ts";
import { duration, examples, type Words, whole } from "../words.ts";

const WEEK_SECONDS = 7 * 86_400;

interface TokenOptions {
  node?: string;
  ttl: number;
  uses?: number;
  role?: MachineRole;
}

export function enrolCommands(program: Command, words: Words): void {
  tokenCommands(program, words);
  quarantineCommands(program, words);
}

function tokenCommands(program: Command, { json, client }: Words): void {
  const token = program.command("token").description("manage enrolment tokens for machines that Muster did not install");
  token
    .command("create")
    .description("create a token and print the command to run on the new machine; Muster never shows the token again")
    .addOption(
      new Option("--ttl <time>", "lifetime of the token, such as 90s, 30m, 12h or 7d")
        .argParser(duration(60, WEEK_SECONDS))
        .default(3600, "1h"),
    )
    .option("--uses <number>", "number of machines that may use the token (default: 1)", whole(1, 1000))
    .addOption(new Option("--role <role>", "role of these machines (default: worker)").choices(MachineRole.options))
    .option("--node <name|mac>", "accepted node; only this node can use the token, and the token is valid for one use")
    .addHelpText(
      "after",
      examples("muster token create --ttl 1h", "muster token create --uses 20 --ttl 1d", "muster token create --node rack1-n1"),
    )
    .action(async ({ ttl, ...options }: TokenOptions) => {
      const made = await client().createToken({ ttlSeconds: ttl, ...options });
      const users = made.node ?? (made.uses === 1 ? "one machine" : `${made.uses} machines`);
      print(
        json(),
        made,
        `Run on the machine, as root:\n\n  ${made.install}\n\nValid for ${users}, until ${made.expiresAt} (token ${made.id}). It is shown only now.`,
      );
    });
  token
    .command("list")
    .description("list enrolment tokens without their secret values, newest first")
    .addHelpText("after", examples("muster token list", "muster token list --json | jq -r '.[] | select(.state==\"active\").id'"))
    .action(async () => {
      const tokens = await client().listTokens();
      print(json(), tokens, showTokens(tokens));
    });
  token
    .command("revoke")
    .argument("<id>")
    .description("revoke a token; machines that have joined with the token stay in the fleet")
    .addHelpText("after", examples("muster token revoke 1a2b3c4d"))
    .action(async (id: string) => {
      const answer = await client().revokeToken({ id });
      print(json(), { ...answer, id }, `${answer.message}.`);
    });
}

function quarantineCommands(program: Command, { json, client }: Words): void {
  const quarantine = program
    .command("quarantine")
    .description("list, admit and reject machines that claimed the name or MAC address of another node");
  quarantine
    .command("list", { isDefault: true })
    .option("--all", "also list machines that were already released or discarded", false)
    .description("list the machines in quarantine that wait for a decision")
    .addHelpText("after", examples("muster quarantine", "muster quarantine list --all"))
    .action(async ({ all }: { all: boolean }) => {
      const claims = await client().listQuarantine({ all: String(all) });
      print(json(), claims, showClaims(claims));
    });
  quarantine
    .command("release")
    .argument("<id>")
    .option("--name <name>", "admit the machine as a new node with this name")
    .option("--replace", "admit the machine as the node that it claims to be, and replace the current machine of that node", false)
    .option("--confirm <name>", "name of the replaced node, as a confirmation of --replace")
    .description("admit a machine; its configuration starts immediately")
    .addHelpText(
      "after",
      examples("muster quarantine release 1a2b3c4d --name rack1-n9", "muster quarantine release 1a2b3c4d --replace --confirm rack1-n1"),
    )
    .action(async (id: string, options: { name?: string; replace: boolean; confirm?: string }) => {
      const { node, job } = await client().releaseQuarantine({ id, ...options });
      print(json(), { node, job }, `${node.name} is admitted. Watch it: muster job ${job.id} --follow`);
    });
  quarantine
    .command("discard")
    .argument("<id>")
    .description("reject a machine; the token of the machine stays valid for other machines")
    .addHelpText("after", examples("muster quarantine discard 1a2b3c4d"))
    .action(async (id: string) => {
      const claim = await client().discardQuarantine({ id });
      print(json(), claim, `The machine ${claim.mac}, which claimed to be ${claim.name}, is rejected.`);
    });
}

const showTokens = (tokens: EnrolToken[]): string =>
  tokens.length === 0
    ? "There are no tokens. Create one: muster token create --ttl 1h"
    : table(
        [{ title: "ID" }, { title: "STATE" }, { title: "USED" }, { title: "FOR", least: 8 }, { title: "CREATED" }, { title: "EXPIRES" }],
        tokens.map(({ id, state, used, uses, node, role, createdAt, createdBy, expiresAt }) => [
          id,
          state,
          `${used} of ${uses}`,
          node ?? role,
          `${ago(createdAt)}${createdBy === undefined ? "" : ` by ${createdBy}`}`,
          expiresAt,
        ]),
      );

const showClaims = (claims: Claim[]): string =>
  claims.length === 0
    ? "No machine is in quarantine."
    : table(
        [
          { title: "ID" },
          { title: "CLAIMED NAME" },
          { title: "MAC" },
          { title: "ADDRESS" },
          { title: "STATE" },
          { title: "LAST" },
          { title: "WHY", least: 20 },
        ],
        claims.map(({ id, name, mac, address, state, tries, lastAt, reason }) => [
          id,
          name,
          mac,
          address,
          state,
          `${ago(lastAt)}, ${tries} times`,
          reason,
        ]),
      );
