/** Defines `muster key`, which manages API keys for people and programs. */
import { createHash, randomBytes } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Key, KeyName, Role } from "../../contract/admin/key.ts";
import type { KeyRequest, LocalCommands } from "../local-commands.ts";
import { ago, print, table } from "../print.ts";
import { DATA_FOLDER, duration, examples, type Words } from "../words.ts";

const TEN_YEARS_SECONDS = 3650 * 86_400;

export function keyCommands(program: Command, words: Words, local: LocalCommands): void {
  const key = program.command("key").description("create, list and revoke API keys");
  listing(key.command("list"), words);
  creating(key, words, local);
  revoking(key, words);
  generating(key.command("generate"), words);
  // The hidden commands `keys` and `keygen` keep the names of earlier versions.
  listing(program.command("keys", { hidden: true }), words);
  generating(program.command("keygen", { hidden: true }), words);
}

const listing = (command: Command, words: Words): Command =>
  command
    .description("list the role, owner, expiry and last use of each valid API key, but not the keys themselves")
    .addHelpText("after", examples("muster key list", "muster key list --json"))
    .action(() => list(words));

const generating = (command: Command, { json }: Words): Command =>
  command
    .description("print a new API key and its hash for MUSTER_API_KEYS, but store neither")
    .addHelpText(
      "after",
      examples("muster key generate", 'muster key generate --json | jq -r .sha256    for MUSTER_API_KEYS="<hash>,<hash>"'),
    )
    .action(() => {
      const made = randomBytes(32).toString("hex");
      const sha256 = createHash("sha256").update(made).digest("hex");
      print(json(), { key: made, sha256 }, `key     ${made}\nsha256  ${sha256}\n\nStart the daemon with MUSTER_API_KEYS=${sha256}`);
    });

async function list({ json, client }: Words): Promise<void> {
  const keys = await client().listKeys();
  print(json(), keys, showKeys(keys, new Date()));
}

function revoking(key: Command, { json, client }: Words): void {
  key
    .command("revoke")
    .argument("<id|name>", "id or name of a key, as listed by `muster key list`")
    .description("revoke an API key and every session that was started with the key")
    .addHelpText("after", examples("muster key revoke ci", "muster key revoke 1f3a9c04"))
    .action(async (wanted: string) => {
      const { id } = (await client().listKeys()).find(({ id, name }) => id === wanted || name === wanted) ?? { id: wanted };
      const answer = await client().revokeKey({ id });
      print(json(), { ...answer, id }, `${answer.message}.`);
    });
}

function creating(key: Command, { json }: Words, local: LocalCommands): void {
  key
    .command("create")
    .requiredOption("--name <name>", "purpose of the key", keyName)
    .addOption(new Option("--role <role>", "the role that decides what it may do").choices(Role.options).makeOptionMandatory())
    .option("--owner <person>", "the person who is responsible for the key (default: you)", keyName)
    .option(
      "--expires <when>",
      "lifetime or expiry date of the key, such as 12h, 90d or 2027-06-30 (default: valid until revoked)",
      instant,
    )
    .option("--data <dir>", DATA_FOLDER)
    .description("create an API key and print the key, which is never shown again; run this command on the control node")
    .addHelpText(
      "after",
      `
Roles: a viewer reads. An operator also accepts, arms and runs. An admin also manages keys. An agent reads and proposes.
A node may do nothing.
The command writes to the daemon's database. It needs the rights of the daemon's user, but no key.\n${examples(
        "muster key create --name laptop --role operator --owner alice --expires 90d",
        "export MUSTER_KEY=$(muster key create --name ci --role operator --json | jq -r .key)",
      )}`,
    )
    .action(async ({ expires, ...request }: Omit<KeyRequest, "expiresAt"> & { expires?: string; data?: string }) => {
      const { key: made, secret } = await local.createKey({ ...request, ...(expires !== undefined && { expiresAt: expires }) });
      const until = made.expiresAt === undefined ? "" : `, until ${made.expiresAt}`;
      print(
        json(),
        { ...made, key: secret },
        `${secret}\nThe key is shown only now (role ${made.role}, owner ${made.owner}${until}). Use it: export MUSTER_KEY=${secret}`,
      );
    });
}

function keyName(text: string): string {
  const parsed = KeyName.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`The name ${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}

function instant(text: string): string {
  if (!/^\d{4}-/.test(text)) return new Date(Date.now() + duration(60, TEN_YEARS_SECONDS)(text) * 1000).toISOString();
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now())
    throw new InvalidArgumentError("It is not a future date, such as 2027-06-30.");
  return at.toISOString();
}

const showKeys = (keys: Key[], now: Date): string =>
  table(
    [
      { title: "ID" },
      { title: "NAME", least: 12 },
      { title: "ROLE" },
      { title: "OWNER", least: 8 },
      { title: "CREATED" },
      { title: "LAST USED" },
      { title: "EXPIRES" },
    ],
    keys.map(({ id, name, role, owner, createdAt, lastUsedAt, expiresAt }) => [
      id,
      name,
      role,
      owner,
      ago(createdAt),
      lastUsedAt === undefined ? "never" : ago(lastUsedAt),
      expiresAt === undefined ? "never" : expiresAt <= now.toISOString() ? "expired" : expiresAt.slice(0, 16).replace("T", " "),
    ]),
  );
