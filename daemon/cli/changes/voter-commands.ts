/**
 * Defines `muster voter`, which manages the people who sign their approvals with their own key. The daemon never receives
 * the private half of a signing key.
 */
import { userInfo } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { fingerprint } from "../../changes/votes/public-key.ts";
import { findSigningKey, makeSigningKey, type SigningKey, signingKeyFile } from "../../changes/votes/signing-key.ts";
import { KeyName } from "../../contract/admin/key.ts";
import { VoterKey } from "../../contract/changes/approval.ts";
import { CommandFailure } from "../failure.ts";
import type { LocalCommands, VoterLine, VoterRequest } from "../local-commands.ts";
import { ago, print, table } from "../print.ts";
import { DATA_FOLDER, examples, type Words } from "../words.ts";

export function voterCommands(program: Command, words: Words, local: LocalCommands): void {
  const voter = program
    .command("voter")
    .description("manage voters, who sign approvals; once a voter is registered, unsigned approvals no longer count");
  ownKey(voter, words);
  registering(voter, words, local);
}

function ownKey(voter: Command, { json }: Words): void {
  voter
    .command("keygen")
    .option("--name <person>", "your name; must be equal to the owner of your API key (default: your user name)", personName)
    .description("create your signing key on your own machine, and print the command that registers you as a voter")
    .addHelpText(
      "after",
      `\nThe key is written to MUSTER_VOTER_KEY, else ~/.config/muster/voter.json, readable only by you. \`muster approve\` signs with it.\n${examples("muster voter keygen --name bea")}`,
    )
    .action(({ name = userInfo().username }: { name?: string }) => {
      const file = signingKeyFile(process.env);
      const key = makeSigningKey(file, name);
      print(json(), { ...publicPart(key), file }, `Your key is in ${file}. Keep that file to yourself.\n\n${howToRegister(key)}`);
    });
  voter
    .command("show")
    .description("show the public half of your signing key, and the command that registers you as a voter")
    .addHelpText("after", examples("muster voter show"))
    .action(() => {
      const key = findSigningKey(process.env);
      if (!key) throw new CommandFailure("USAGE", "there is no voter's key on this machine", "Create one with `muster voter keygen`.");
      print(json(), publicPart(key), howToRegister(key));
    });
}

const publicPart = ({ voter, publicKey }: SigningKey) => ({ name: voter, publicKey, fingerprint: fingerprint(publicKey) });

const howToRegister = ({ voter, publicKey }: SigningKey): string => {
  const name = /^[\w.-]+$/.test(voter) ? voter : `'${voter.replaceAll("'", "'\\''")}'`;
  return `On the control node, as root or the daemon's user:\n  muster voter add ${name} ${publicKey} --role operator\nIt must print the same fingerprint: ${fingerprint(publicKey)}`;
};

function registering(voter: Command, { json }: Words, local: LocalCommands): void {
  voter
    .command("add")
    .argument("<name>", "name of the person; must be equal to the owner of the person's API key", personName)
    .argument("<public-key>", "public key, as printed by `muster voter keygen`", publicKey)
    .addOption(new Option("--role <role>", "the person votes with this role").choices(["operator", "admin"]).makeOptionMandatory())
    .option("--data <dir>", DATA_FOLDER)
    .description("register a voter; run this command on the control node")
    .addHelpText(
      "after",
      `\nThe command writes to the executor's folder. It needs the rights of the daemon's user, but no key. It takes effect at once.\nReceive the public key over a channel that you trust, because its owner can vote.\n${examples("muster voter add bea ed25519:… --role operator")}`,
    )
    .action(async (name: string, key: string, { role, data }: { role: VoterRequest["role"]; data?: string }) => {
      const added = await local.addVoter({ name, publicKey: key, role }, { ...(data !== undefined && { data }) });
      print(json(), added, `${added.name} votes as ${added.role} with the key ${added.fingerprint}. Unsigned approvals no longer count.`);
    });
  voter
    .command("list")
    .option("--data <dir>", DATA_FOLDER)
    .description("list the voters; run this command on the control node")
    .addHelpText("after", examples("muster voter list", "muster voter list --json"))
    .action(async (place: { data?: string }) => {
      const voters = await local.voters(place);
      print(json(), voters, showVoters(voters));
    });
  voter
    .command("remove")
    .argument("<name>", "name of a voter, as listed by `muster voter list`")
    .option("--data <dir>", DATA_FOLDER)
    .description("remove a voter; earlier signatures of the voter no longer count")
    .addHelpText("after", examples("muster voter remove bea"))
    .action(async (name: string, place: { data?: string }) => {
      const rest = await local.removeVoter(name, place);
      const last =
        rest.length === 0 ? " There are no voters now: unless changes.policy.signed_votes is required, approvals need no signature." : "";
      print(json(), rest, `${name} is no longer a voter.${last}`);
    });
}

function personName(text: string): string {
  const parsed = KeyName.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`The name ${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}

function publicKey(text: string): string {
  if (!VoterKey.safeParse(text).success) throw new InvalidArgumentError("It is not a public key of `muster voter keygen`.");
  return text;
}

const showVoters = (voters: readonly VoterLine[]): string =>
  voters.length === 0
    ? "There are no voters. Approvals need no signature, unless changes.policy.signed_votes is required."
    : table(
        [{ title: "NAME" }, { title: "ROLE" }, { title: "KEY" }, { title: "SINCE" }],
        voters.map(({ name, role, fingerprint: key, since }) => [name, role, key, ago(since)]),
      );
