/** The real Nomad, which MUSTER_NOMAD names, accepts the files of the role nomad. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { nomadProgram, withoutNomad } from "../support/cluster/nomad-agent.ts";
import { checkNomadFiles, nomadFile } from "./nomad-configuration-cases.ts";

for (const controllers of [1, 3, 5])
  test(`${controllers} controllers: Nomad accepts each configuration`, { skip: withoutNomad }, async (t) => {
    const program = nomadProgram ?? "nomad";
    const { folder } = await checkNomadFiles(t, controllers, program);
    for (const host of ["c1", `c${controllers}`, "w1", "w2"])
      assert.match(execFileSync(program, ["config", "validate", nomadFile(folder, host)], { encoding: "utf8" }), /is valid/);
  });
