/** Keys for people and programs. */
import { type Command, Option } from "commander";
import { type Key, Role } from "../contract/key.ts";
import type { LocalCommands } from "./local-commands.ts";
import { ago, print, table } from "./print.ts";
import { examples, type Words } from "./words.ts";

export function keyCommands(program: Command, { json, client }: Words, local: LocalCommands): void {
  const key = program.command("key").description("API keys");
  key
    .command("list")
    .description("keys that open, by role and last use; never the key itself")
    .addHelpText("after", examples("muster key list", "muster key list --json"))
    .action(async () => {
      const keys = await client().listKeys();
      print(json(), keys, showKeys(keys));
    });
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
  key
    .command("create")
    .requiredOption("--name <name>", "whose or what for")
    .addOption(new Option("--role <role>", "what it may do").choices(Role.options).makeOptionMandatory())
    .option("--data <dir>", "data folder (MUSTER_DATA, else /var/lib/muster, else ./.muster)")
    .description("create a key, on the control node itself; it is shown once")
    .addHelpText(
      "after",
      `\nviewer reads; operator also accepts, arms and runs; admin also makes keys; agent reads; node nothing.\nIt is written into the daemon's database, so it takes the rights of the user the daemon runs as, and no key.${examples("export MUSTER_KEY=$(muster key create --name ci --role operator --json | jq -r .key)")}`,
    )
    .action((options: { name: string; role: Role; data?: string }) => {
      const { key: made, secret } = local.createKey(options);
      print(
        json(),
        { ...made, key: secret },
        `${secret}\nThis is the only time it is shown (role ${made.role}). Use it: export MUSTER_KEY=${secret}`,
      );
    });
}

const showKeys = (keys: Key[]): string =>
  table(
    [{ title: "ID" }, { title: "NAME", least: 12 }, { title: "ROLE" }, { title: "MADE" }, { title: "LAST USED" }],
    keys.map(({ id, name, role, createdAt, lastUsedAt }) => [
      id,
      name,
      role,
      ago(createdAt),
      lastUsedAt === undefined ? "never" : ago(lastUsedAt),
    ]),
  );
