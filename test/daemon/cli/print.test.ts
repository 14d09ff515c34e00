import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, cut, table } from "../../../daemon/cli/print.ts";

const columns = [
  { title: "NAME", least: 12 },
  { title: "PHASE" },
  { title: "MAC" },
  { title: "ADDRESS" },
  { title: "LAST EVENT", least: 10 },
];
const row = [
  "a-machine-whose-name-is-as-long-as-a-host-name-may-be-on-any-net",
  "installing (partition)",
  "52:54:00:12:34:56",
  "10.77.1.12",
  "12 min ago: something long has happened to this machine",
];

test("a table fits 80 columns: long names and events are cut, addresses never", () => {
  const lines = table(columns, [row, ["n1", "ready", "52:54:00:00:00:01", "10.0.0.1", "now"]], 80).split("\n");
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
  assert.match(lines[1] ?? "", /^a-machine-\S*… .*52:54:00:12:34:56 {2}10\.77\.1\.12 {2}12 min.*…$/);
  assert.equal(lines[0]?.indexOf("MAC"), lines[2]?.indexOf("52:54"));
});

test("a table is not cut when a program reads it", () => {
  assert.ok(table(columns, [row], undefined).includes(row[0] ?? "?"));
});

test("control characters from a machine never reach the terminal", () => {
  const text = table([{ title: "NAME" }], [["\u001b[31mred\u001b[0m\u0007\nnext"]], undefined);
  assert.equal(text, "NAME\nred  next");
});

test("times are shown in a suitable unit", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  const told = ["2026-01-01T23:59:55Z", "2026-01-01T23:30:00Z", "2026-01-01T12:00:00Z", "2025-12-25T00:00:00Z"].map((at) => ago(at, now));
  assert.deepEqual(told, ["5 s ago", "30 min ago", "12 h ago", "8 d ago"]);
});

test("wide characters take two columns, so that the next column stays aligned", () => {
  const lines = table(
    [{ title: "NAME" }, { title: "MAC" }],
    [
      ["機械", "52:54"],
      ["e\u0301te\u0301", "52:55"],
      ["n1", "52:56"],
    ],
    undefined,
  );
  assert.deepEqual(lines.split("\n"), ["NAME  MAC", "機械  52:54", "e\u0301te\u0301   52:55", "n1    52:56"]);
});

test("a wide character is never cut in half", () => {
  assert.deepEqual([cut("機械室", 6), cut("機械室", 5), cut("機械室", 4)], ["機械室", "機械…", "機…"]);
});
