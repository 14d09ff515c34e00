/** Compares the list of migrations with the files in its folder. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { openDatabase } from "../../../daemon/store/database.ts";
import { migrations } from "../../../daemon/store/migrations/migrations.ts";

const folder = join(import.meta.dirname, "../../../daemon/store/migrations");
const files = globSync("**/*.ts", { cwd: folder })
  .filter((name) => name !== "migrations.ts")
  .sort((a, b) => (basename(a) < basename(b) ? -1 : 1));

test("every migration has one file, numbered from 1 without gaps", () => {
  assert.deepEqual(
    files.map((name) => basename(name).slice(0, 5)),
    migrations.map((_, index) => `${String(index + 1).padStart(4, "0")}-`),
  );
});

test("the list has the migrations in the order of their numbers", async () => {
  const inFiles = await Promise.all(files.map(async (name) => Object.values(await import(join(folder, name)))));
  assert.deepEqual(migrations, inFiles.flat());
});

test("a new database has the version of the last migration", (t) => {
  const db = openDatabase(":memory:");
  t.after(() => db.close());
  assert.equal(db.pragma("user_version", { simple: true }), migrations.length);
});
