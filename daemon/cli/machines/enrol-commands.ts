/** How machines installed by other means get in: tokens for them, and who was kept out because a place was taken. */
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
  const token = program.command("token").description("tokens with which machines installed by other means join the fleet");
  token
    .command("create")
    .description("make a token and the line that uses it on the machine; both are shown once")
    .option("--ttl <time>", "how long it is good: 90s, 30m, 12h, 7d", duration(60, WEEK_SECONDS), 3600)
    .option("--uses <number>", "how many machines may come with it (else 1)", whole(1, 1000))
    .addOption(new Option("--role <role>", "what they become (else worker)").choices(MachineRole.options))
    .option("--node <name|mac>", "only this accepted node may use it, once")
    .addHelpText(
      "after",
      examples("muster token create --ttl 1h", "muster token create --uses 20 --ttl 1d", "muster token create --node rack1-n1"),
    )
    .action(async ({ ttl, ...wish }: TokenOptions) => {
      const made = await client().createToken({ ttlSeconds: ttl, ...wish });
      const whom = made.node ?? (made.uses === 1 ? "one machine" : `${made.uses} machines`);
      print(
        json(),
        made,
        `Run on the machine, as root:\n\n  ${made.install}\n\nGood for ${whom}, until ${made.expiresAt} (token ${made.id}). This is the only time it is shown.`,
      );
    });
  token
    .command("list")
    .description("tokens, newest first; never the token itself")
    .addHelpText("after", examples("muster token list", "muster token list --json | jq -r '.[] | select(.state==\"active\").id'"))
    .action(async () => {
      const tokens = await client().listTokens();
      print(json(), tokens, showTokens(tokens));
    });
  token
    .command("revoke")
    .argument("<id>")
    .description("end a token; machines that came with it stay")
    .action(async (id: string) => {
      const answer = await client().revokeToken({ id });
      print(json(), { ...answer, id }, `${answer.message}.`);
    });
}

function quarantineCommands(program: Command, { json, client }: Words): void {
  const quarantine = program
    .command("quarantine")
    .description("machines that came under a name or MAC address that is another's, and were kept out");
  quarantine
    .command("list", { isDefault: true })
    .option("--all", "also those that were let in or turned away", false)
    .description("who waits for a decision")
    .action(async ({ all }: { all: boolean }) => {
      const claims = await client().listQuarantine({ all: String(all) });
      print(json(), claims, showClaims(claims));
    });
  quarantine
    .command("release")
    .argument("<id>")
    .option("--name <name>", "let it in as a node of its own, called this")
    .option("--replace", "let it in as the node it claims to be, whose machine it replaces", false)
    .option("--confirm <name>", "the name of the node it replaces")
    .description("let it in after all; it is configured at once")
    .addHelpText(
      "after",
      examples("muster quarantine release 1a2b3c4d --name rack1-n9", "muster quarantine release 1a2b3c4d --replace --confirm rack1-n1"),
    )
    .action(async (id: string, wish: { name?: string; replace: boolean; confirm?: string }) => {
      const { node, job } = await client().releaseQuarantine({ id, ...wish });
      print(json(), { node, job }, `${node.name} is let in. Watch it: muster job ${job.id} --follow`);
    });
  quarantine
    .command("discard")
    .argument("<id>")
    .description("turn it away for good; the token it came with is not used up")
    .action(async (id: string) => {
      const claim = await client().discardQuarantine({ id });
      print(json(), claim, `The machine with ${claim.mac} that came as ${claim.name} is turned away.`);
    });
}

const showTokens = (tokens: EnrolToken[]): string =>
  tokens.length === 0
    ? "There are no tokens. Make one with: muster token create --ttl 1h"
    : table(
        [{ title: "ID" }, { title: "STATE" }, { title: "USED" }, { title: "FOR", least: 8 }, { title: "MADE" }, { title: "GOOD UNTIL" }],
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
    ? "Nobody is kept out."
    : table(
        [
          { title: "ID" },
          { title: "CAME AS" },
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
