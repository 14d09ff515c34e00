/** Voters: people whose yes counts because they sign it with a key of their own, which no daemon ever sees. */
import { userInfo } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { fingerprint } from "../../changes/votes/public-key.ts";
import { findSigningKey, makeSigningKey, type SigningKey, signingKeyFile } from "../../changes/votes/signing-key.ts";
import { KeyName } from "../../contract/admin/key.ts";
import { VoterKey } from "../../contract/changes/approval.ts";
import { CommandFailure } from "../failure.ts";
import type { LocalCommands, VoterLine, VoterWish } from "../local-commands.ts";
import { ago, print, table } from "../print.ts";
import { examples, type Words } from "../words.ts";

const WHERE = "data folder (MUSTER_DATA, else /var/lib/muster, else ./.muster)";

export function voterCommands(program: Command, words: Words, local: LocalCommands): void {
  const voter = program
    .command("voter")
    .description("people whose yes counts by their signature: with the first of them, no unsigned yes counts any more");
  ownKey(voter, words);
  registering(voter, words, local);
}

function ownKey(voter: Command, { json }: Words): void {
  voter
    .command("keygen")
    .option("--name <person>", "you, as the owner of your API key is called (else your user's name)", personName)
    .description("make your own key, on your own machine; prints the line that registers its public half")
    .addHelpText(
      "after",
      `\nIt is written to MUSTER_VOTER_KEY, else ~/.config/muster/voter.json, for nobody else to read. \`muster approve\` signs with it.${examples("muster voter keygen --name bea")}`,
    )
    .action(({ name = userInfo().username }: { name?: string }) => {
      const file = signingKeyFile(process.env);
      const key = makeSigningKey(file, name);
      print(json(), { ...publicPart(key), file }, `Your key is in ${file}. Nobody else needs that file.\n\n${howToRegister(key)}`);
    });
  voter
    .command("show")
    .description("the public half of the key on this machine, and the line that registers it")
    .action(() => {
      const key = findSigningKey(process.env);
      if (!key) throw new CommandFailure("USAGE", "there is no voter's key on this machine", "Make one with `muster voter keygen`.");
      print(json(), publicPart(key), howToRegister(key));
    });
}

const publicPart = ({ voter, publicKey }: SigningKey) => ({ name: voter, publicKey, fingerprint: fingerprint(publicKey) });

const howToRegister = ({ voter, publicKey }: SigningKey): string => {
  const name = /^[\w.-]+$/.test(voter) ? voter : `'${voter.replaceAll("'", "'\\''")}'`;
  return `On the control node, as root or the daemon's user:\n  muster voter add ${name} ${publicKey} --role operator\nIt has to answer with the same fingerprint: ${fingerprint(publicKey)}`;
};

function registering(voter: Command, { json }: Words, local: LocalCommands): void {
  voter
    .command("add")
    .argument("<name>", "the person, as the owner of their API key is called", personName)
    .argument("<public-key>", "as `muster voter keygen` printed it", publicKey)
    .addOption(new Option("--role <role>", "whose place they may fill").choices(["operator", "admin"]).makeOptionMandatory())
    .option("--data <dir>", WHERE)
    .description("let this person's signature count; on the control node itself")
    .addHelpText(
      "after",
      `\nIt is written into the executor's folder, so it takes the rights of the user the daemon runs as, and no key. It holds at once.\nHave the key brought to you in a way you trust: whoever names it, votes.${examples("muster voter add bea ed25519:… --role operator")}`,
    )
    .action((name: string, key: string, { role, data }: { role: VoterWish["role"]; data?: string }) => {
      const added = local.addVoter({ name, publicKey: key, role }, { ...(data !== undefined && { data }) });
      print(json(), added, `${added.name} votes as ${added.role} with the key ${added.fingerprint}. No unsigned yes counts here.`);
    });
  voter
    .command("list")
    .option("--data <dir>", WHERE)
    .description("whose signatures count; on the control node itself")
    .addHelpText("after", examples("muster voter list", "muster voter list --json"))
    .action((place: { data?: string }) => {
      const voters = local.voters(place);
      print(json(), voters, showVoters(voters));
    });
  voter
    .command("remove")
    .argument("<name>")
    .option("--data <dir>", WHERE)
    .description("let this person's signature count no more, what they have signed already included")
    .action((name: string, place: { data?: string }) => {
      const rest = local.removeVoter(name, place);
      const last = rest.length === 0 ? " They were the last: unless policy.signed_votes is required, a yes needs no signature now." : "";
      print(json(), rest, `${name} is a voter no more.${last}`);
    });
}

function personName(text: string): string {
  const parsed = KeyName.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("It is empty, longer than 60 characters or holds control characters.");
  return parsed.data;
}

function publicKey(text: string): string {
  if (!VoterKey.safeParse(text).success)
    throw new InvalidArgumentError("It is not a voter's public key, as `muster voter keygen` prints it.");
  return text;
}

const showVoters = (voters: readonly VoterLine[]): string =>
  voters.length === 0
    ? "Nobody: a yes needs no signature, unless policy.signed_votes is required."
    : table(
        [{ title: "NAME" }, { title: "ROLE" }, { title: "KEY" }, { title: "SINCE" }],
        voters.map(({ name, role, fingerprint: key, since }) => [name, role, key, ago(since)]),
      );
