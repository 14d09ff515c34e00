/** Keys for people and programs. */
import { createHash, randomBytes } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Key, KeyName, Role } from "../../contract/admin/key.ts";
import type { KeyWish, LocalCommands } from "../local-commands.ts";
import { ago, print, table } from "../print.ts";
import { duration, examples, type Words } from "../words.ts";

const TEN_YEARS_SECONDS = 3650 * 86_400;

export function keyCommands(program: Command, words: Words, local: LocalCommands): void {
  program
    .command("keys")
    .description("who has a key: role, owner, end and last use (as `muster key list`)")
    .addHelpText("after", examples("muster keys", "muster keys --json"))
    .action(() => list(words));
  const key = program.command("key").description("API keys");
  key
    .command("list")
    .description("keys that open, by role, owner and last use; never the key itself")
    .addHelpText("after", examples("muster key list", "muster key list --json"))
    .action(() => list(words));
  revoking(key, words);
  creating(key, words, local);
  program
    .command("keygen")
    .description("print a new key and its hash for MUSTER_API_KEYS; nothing is stored")
    .addHelpText("after", examples("muster keygen", 'muster keygen --json | jq -r .sha256    for MUSTER_API_KEYS="<hash>,<hash>"'))
    .action(() => {
      const made = randomBytes(32).toString("hex");
      const sha256 = createHash("sha256").update(made).digest("hex");
      print(words.json(), { key: made, sha256 }, `key     ${made}\nsha256  ${sha256}\n\nStart the daemon with MUSTER_API_KEYS=${sha256}`);
    });
}

async function list({ json, client }: Words): Promise<void> {
  const keys = await client().listKeys();
  print(json(), keys, showKeys(keys, new Date()));
}

function revoking(key: Command, { json, client }: Words): void {
  key
    .command("revoke")
    .argument("<id|name>")
    .description("end a key and every session made from it")
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
    .requiredOption("--name <name>", "what for", keyName)
    .addOption(new Option("--role <role>", "what it may do").choices(Role.options).makeOptionMandatory())
    .option("--owner <person>", "who answers for it (else you)", keyName)
    .option("--expires <when>", "how long it opens, or until when: 12h, 90d, 2027-06-30 (else until it is revoked)", instant)
    .option("--data <dir>", "data folder (MUSTER_DATA, else /var/lib/muster, else ./.muster)")
    .description("create a key, on the control node itself; it is shown once")
    .addHelpText(
      "after",
      `\nviewer reads; operator also accepts, arms and runs; admin also makes keys; agent reads and proposes; node nothing.\nIt is written into the daemon's database, so it takes the rights of the user the daemon runs as, and no key.${examples(
        "muster key create --name laptop --role operator --owner alice --expires 90d",
        "export MUSTER_KEY=$(muster key create --name ci --role operator --json | jq -r .key)",
      )}`,
    )
    .action(({ expires, ...wish }: Omit<KeyWish, "expiresAt"> & { expires?: string; data?: string }) => {
      const { key: made, secret } = local.createKey({ ...wish, ...(expires !== undefined && { expiresAt: expires }) });
      const until = made.expiresAt === undefined ? "" : `, until ${made.expiresAt}`;
      print(
        json(),
        { ...made, key: secret },
        `${secret}\nThis is the only time it is shown (role ${made.role}, owner ${made.owner}${until}). Use it: export MUSTER_KEY=${secret}`,
      );
    });
}

function keyName(text: string): string {
  const parsed = KeyName.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("It is empty, longer than 60 characters or holds control characters.");
  return parsed.data;
}

function instant(text: string): string {
  if (!/^\d{4}-/.test(text)) return new Date(Date.now() + duration(60, TEN_YEARS_SECONDS)(text) * 1000).toISOString();
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now())
    throw new InvalidArgumentError("It is not a time to come, such as 2027-06-30.");
  return at.toISOString();
}

const showKeys = (keys: Key[], now: Date): string =>
  table(
    [
      { title: "ID" },
      { title: "NAME", least: 12 },
      { title: "ROLE" },
      { title: "OWNER", least: 8 },
      { title: "MADE" },
      { title: "LAST USED" },
      { title: "ENDS" },
    ],
    keys.map(({ id, name, role, owner, createdAt, lastUsedAt, expiresAt }) => [
      id,
      name,
      role,
      owner,
      ago(createdAt),
      lastUsedAt === undefined ? "never" : ago(lastUsedAt),
      expiresAt === undefined ? "never" : expiresAt <= now.toISOString() ? "has ended" : expiresAt.slice(0, 16).replace("T", " "),
    ]),
  );
