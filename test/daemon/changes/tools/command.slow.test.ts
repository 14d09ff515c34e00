/** A value of a parameter stays one word, one host or one path. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { loadCatalogue } from "../../../../daemon/changes/tools/catalogue.ts";
import { callOf, commandOf } from "../../../../daemon/changes/tools/command.ts";
import { ToolForm } from "../../../../daemon/changes/tools/form.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";

const form = (more: object) => ToolForm.parse({ name: "mine", description: "x", execution: { method: "local" }, ...more });
const anyText = form({ parameters: [{ name: "text", description: "x", required: true }], command: ["printf", "%s\\n", "{text}", "end"] });
const at = { node: "n1", address: "10.0.0.7" };
const refused = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && text.test(error.message);

/** The special characters of shells, Ansible, URLs and options. */
const hostile = fc
  .array(
    fc.constantFrom(
      "; rm -rf /",
      "$(id)",
      "`id`",
      "&&",
      "|",
      ">",
      "'",
      '"',
      "\\",
      "*",
      "~",
      "{text}",
      "{target}",
      "{{ 7 }}",
      " ",
      "-",
      "--x=",
      "../",
      "a",
      "é",
      "%2e",
      "#",
      "?",
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(""));

test("any value is one argument, unchanged, or is refused", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string()), (text) => {
      let argv: string[];
      try {
        argv = commandOf(anyText, { text });
      } catch (error) {
        assert.ok(error instanceof MusterError && error.code === "PARAMETER_INVALID");
        // This form refuses only empty values, options, control characters and lone surrogates.
        assert.ok(text === "" || text.startsWith("-") || /\p{Cc}|\p{Cs}/u.test(text), JSON.stringify(text));
        return;
      }
      assert.deepEqual(argv, ["printf", "%s\\n", text, "end"]);
    }),
  );
});

test("a real program receives the value unchanged", () => {
  const text = `; rm -rf / $(id) \`id\` "'\\ * {target}`;
  const [program = "", ...words] = commandOf(anyText, { text });
  assert.equal(execFileSync(program, words, { encoding: "utf8" }), `${text}\nend\n`);
});

test("no value adds an argument, an option or a program to any of Muster's tools", () => {
  const tools = loadCatalogue().list();
  fc.assert(
    fc.property(fc.constantFrom(...tools), fc.array(hostile, { minLength: 8, maxLength: 8 }), (tool, values) => {
      const parameters = Object.fromEntries(
        tool.parameters.filter(({ name }) => name !== "target").map(({ name }, index) => [name, values[index] ?? "x"]),
      );
      let call: ReturnType<typeof callOf>;
      try {
        call = callOf(tool, parameters, tool.requiresTarget ? at : undefined);
      } catch (error) {
        assert.ok(error instanceof MusterError);
        return;
      }
      if (call.kind !== "command" || tool.action.kind !== "command") return;
      assert.equal(call.argv.length, tool.action.words.length);
      for (const [index, word] of tool.action.words.entries()) if (!word.includes("{")) assert.equal(call.argv[index], word);
    }),
  );
});

for (const [what, target] of [
  ["a command", "; rm -rf /"],
  ["an option", "-f"],
  ["a file for Ansible", "@/etc/passwd"],
  ["two hosts", "a b"],
] as const)
  test(`${what} is not a host`, () => {
    const ping = form({ parameters: [{ name: "target", description: "x", required: true }], command_template: "ping -c 4 {target}" });
    assert.throws(() => commandOf(ping, { target }), refused("PARAMETER_INVALID", /target is not the name or address of a machine/));
  });

test("a leading dash needs a pattern that begins with one", () => {
  const withPattern = (pattern: string) => form({ parameters: [{ name: "since", description: "x", pattern }], command: ["ls", "{since}"] });
  assert.deepEqual(commandOf(withPattern("-?[0-9]+h"), { since: "-1h" }), ["ls", "-1h"]);
  assert.throws(() => commandOf(withPattern(".*"), { since: "-1h" }), refused("PARAMETER_INVALID", /begins with a dash/));
});

test("an option without a value is left out", () => {
  const journal = loadCatalogue().get("journal");
  assert.deepEqual(commandOf(journal, {}, at), ["journalctl", "--no-pager", "--output=short-iso", "--lines=200", "--priority=info"]);
});

test("all faults of the parameters are reported together", () => {
  const journal = loadCatalogue().get("journal");
  assert.throws(
    () => commandOf(journal, { lines: 0, priority: "loud", from: "n2" }, at),
    refused(
      "PARAMETER_INVALID",
      /journal: there is no parameter from; known: unit, priority, since, lines; priority is not one of emerg, .*; lines is below 1/,
    ),
  );
});

test("only Muster sets the target", () => {
  assert.throws(
    () => commandOf(loadCatalogue().get("ping"), { target: "10.9.9.9" }, at),
    refused("PARAMETER_INVALID", /target is filled in by Muster/),
  );
});

test("no template reaches Ansible", () => {
  const loose = ToolForm.parse({
    name: "mine",
    description: "x",
    execution: { method: "winrm", requires_target: true },
    parameters: [{ name: "service", description: "x" }],
    module: { name: "ansible.windows.win_service_info", arguments: { name: "{service}" } },
  });
  assert.throws(() => callOf(loose, { service: "{{ lookup('pipe', 'id') }}" }, at), refused("PARAMETER_INVALID", /holds a template/));
});

const fetchingAt = (url: string) =>
  ToolForm.parse({
    name: "mine",
    description: "x",
    execution: { method: "http", requires_target: true },
    parameters: [
      { name: "port", description: "x", type: "integer", default: 80 },
      { name: "path", description: "x", default: "/" },
    ],
    request: { verb: "GET", url },
  });
const fetching = fetchingAt("http://{target}:{port}{path}");

test("no path sends a request to another machine", () => {
  fc.assert(
    fc.property(
      fc.oneof(hostile, fc.webPath(), fc.constantFrom("@evil.example/", ".evil.example", "//evil.example", "\\evil", "?x=1", "#x")),
      fc.constantFrom(fetching, fetchingAt("http://{target}{path}")),
      (path, form) => {
        try {
          const call = callOf(form, { path }, at);
          assert.ok(call.kind === "request");
          assert.equal(new URL(call.url).host, "10.0.0.7");
        } catch (error) {
          assert.ok(error instanceof MusterError, String(error));
        }
      },
    ),
  );
});

test("a request reaches a machine by its IPv6 address, and no path leads upwards", () => {
  const call = callOf(fetching, {}, { node: "n1", address: "fd00::7" });
  assert.ok(call.kind === "request");
  assert.equal(call.url, "http://[fd00::7]:80/");
  assert.throws(() => callOf(fetching, { path: "/a/../b" }, at), refused("PARAMETER_INVALID", /leads upwards/));
});

for (const path of [
  "/etc/shadow",
  "/var/log/installer/cdebconf/questions.dat",
  "/root/.ssh/id_ed25519",
  "/var/log/../../etc/shadow",
  "/etc/ssh/ssh_host_ed25519_key",
  "/proc/1/environ",
  "/etc/muster/muster.yaml",
])
  test(`${path} is not fetched`, () => {
    assert.throws(
      () => commandOf(loadCatalogue().get("file_fetch"), { path }, at),
      refused("PARAMETER_INVALID", /path (does not fit|has an empty part)/),
    );
  });

for (const [tool, parameters] of [
  ["file_fetch", { path: "/var/log/./installer/syslog" }],
  ["file_fetch", { path: "/var/log//installer/cdebconf/questions.dat" }],
  ["file_fetch", { path: "//var/log/installer/syslog" }],
  ["file_fetch", { path: "/var/./log/installer/syslog" }],
  ["file_fetch", { path: "/var/log/apt/../installer/syslog" }],
  ["smart", { device: "/dev/disk/by-id/../x" }],
  ["smart", { device: "/dev/disk//by-id/x" }],
  ["directory_sizes", { path: "/srv/./x" }],
  ["disk_usage", { path: "/.." }],
  ["sql_sqlite", { file: "/var/lib/muster/databases/./a.db", statement: "select 1" }],
] as const)
  test(`${tool} takes only the shortest spelling of a path, and not ${JSON.stringify(parameters)}`, () => {
    const form = loadCatalogue().get(tool);
    assert.throws(() => callOf(form, parameters, form.requiresTarget ? at : undefined), refused("PARAMETER_INVALID", /shortest path/));
  });

test("the shortest spelling of a path is taken, with or without a slash at its end", () => {
  for (const path of ["/", "/var/log/", "/var/log", "/var/log/.hidden/a..b"])
    assert.deepEqual(commandOf(loadCatalogue().get("disk_usage"), { path }, at).at(-1), path);
});

for (const statement of [".shell id", "\\! id", "delete from nodes"])
  test(`${statement} is not a query for a database`, () => {
    assert.throws(
      () => commandOf(loadCatalogue().get("sql_sqlite"), { file: "/var/lib/muster/databases/a.db", statement }),
      refused("PARAMETER_INVALID", /statement does not fit/),
    );
  });
