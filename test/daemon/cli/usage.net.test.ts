/** Commands with wrong usage, or without a daemon: exit code, the named field, and the next step. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { muster, temporary } from "./muster.ts";

const { folder, remove } = temporary();
after(remove);
writeFileSync(join(folder, "there.yaml"), "");
const closed = { MUSTER_URL: "http://127.0.0.1:9" };

const table: [args: string[], code: number, says: RegExp, env?: NodeJS.ProcessEnv][] = [
  [["--version"], 0, /^$/],
  [["arm", "--help"], 0, /^$/],
  [[], 2, /a command is missing/],
  [["key"], 2, /a command is missing/],
  [["nodse"], 2, /unknown command 'nodse'\n\(Did you mean one of node, nodes\?\)\n→/],
  [["nodes", "--jsno"], 2, /Did you mean --json\?/],
  [["arm"], 2, /missing required argument 'name\|mac'/],
  [["arm", "n1", "--profile", "windows"], 2, /--profile.*preseed, image/],
  [["explain", "n1"], 2, /not a MAC address such as/],
  [["key", "create", "--name", "x", "--role", "king"], 2, /--role.*viewer, operator, admin/],
  [["key", "create", "--name", "x", "--role", "admin", "--data", folder], 2, /there is no database in .*\n→ .*--data/],
  [["token", "create", "--node", "n1", "--ttl", "5"], 2, /--ttl.*from 1m to 7d, such as/],
  [["audit", "--last", "soon"], 2, /--last.*such as 90s, 30m, 12h or 7d/],
  [["audit", "verify", "--data", folder], 1, /there is no database .*--data/],
  [["init", "--output", join(folder, "new.yaml")], 2, /--interface and --dhcp: not given.*no terminal/],
  [["init", "--output", join(folder, "there.yaml")], 2, /there\.yaml exists already\n→ .*--force/],
  [
    ["init", "--output", join(folder, "new.yaml"), "--interface", "nope0", "--dhcp", "off"],
    2,
    /--interface: .*no network card nope0\n→ Its cards: /,
  ],
  [["up", "--config", join(folder, "none.yaml")], 1, /cannot read .*none\.yaml.*\n→ Write one with `muster init`/],
  [["nodes"], 1, /no answer from http:\/\/127\.0\.0\.1:9.*\n→ .*muster up.*MUSTER_URL/, closed],
  [["nodes"], 2, /MUSTER_URL: here is not an address/, { MUSTER_URL: "here" }],
];

describe("a command that fails", { concurrency: 2 }, () => {
  for (const [args, code, says, env] of table) {
    test(`muster ${args.join(" ").replaceAll(folder, "…")} ends with ${code}`, async () => {
      const ended = await muster(args, env);
      assert.deepEqual([ended.code, ended.err.match(says) !== null], [code, true], ended.err);
      if (code === 1) assert.equal(ended.out, "");
    });
  }

  test("with --json the failure is one JSON object on standard error", async () => {
    const { code, out, err } = await muster(["--json", "nodes"], closed);
    const { error } = JSON.parse(err) as { error: Record<string, string> };
    assert.deepEqual([code, out, error.code], [1, "", "DAEMON_UNREACHABLE"]);
    assert.match(error.hint ?? "", /muster up/);
  });
});
