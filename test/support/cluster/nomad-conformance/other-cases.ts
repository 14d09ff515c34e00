/** Servers, nodes, drains, services, variables, namespaces and pages. The drain comes last, because it moves all work. */
import assert from "node:assert/strict";
import * as z from "zod";
import { nodeAllocations } from "../../../../daemon/cluster/nomad/allocations.ts";
import { cancelDrain, setEligible, startDrain } from "../../../../daemon/cluster/nomad/drain.ts";
import { applyNamespace, deleteNamespace, listNamespaces } from "../../../../daemon/cluster/nomad/namespaces.ts";
import { listNodes, readNode } from "../../../../daemon/cluster/nomad/nodes.ts";
import { readPages } from "../../../../daemon/cluster/nomad/pages.ts";
import { deleteService, listServices, readService } from "../../../../daemon/cluster/nomad/services.ts";
import { nomadLeader, nomadPeers, servers, version } from "../../../../daemon/cluster/nomad/status.ts";
import { deleteVariable, listVariables, readVariable, writeVariable } from "../../../../daemon/cluster/nomad/variables.ts";
import { Conflict, NotFound, Refused } from "../../../../daemon/errors/cluster-failures.ts";
import { untilFound } from "../../until.ts";
import type { Case, Kit } from "./kit.ts";

async function onlyNode({ nomad, call }: Kit) {
  const { value } = await listNodes(nomad, call);
  assert.equal(value.length, 1);
  return value[0] ?? assert.fail();
}

export const otherCases: Case[] = [
  {
    name: "one server leads, and its version is known",
    run: async ({ nomad, call }) => {
      const name = await nomadLeader(nomad, call);
      assert.deepEqual(await nomadPeers(nomad, call), [name]);
      const [server] = await servers(nomad, call);
      assert.deepEqual([server?.state, server?.rpcAddress], ["alive", name]);
      assert.match(await version(nomad, call), /^\d+\.\d+\.\d+/);
    },
  },
  {
    name: "a node has its address, drivers and resources",
    run: async (kit) => {
      const { ID, Address, Drivers, Status, SchedulingEligibility } = await onlyNode(kit);
      assert.deepEqual([Address, Status, SchedulingEligibility, Drivers.raw_exec?.Healthy], ["127.0.0.1", "ready", "eligible", true]);
      const { value: node } = await readNode(kit.nomad, ID, kit.call);
      assert.ok((node.NodeResources?.Memory?.MemoryMB ?? 0) > 100);
      assert.equal(node.Attributes["kernel.name"], "linux");
      await assert.rejects(readNode(kit.nomad, "c6fc2698-f670-4e4e-5444-000000000000", kit.call), NotFound);
    },
  },
  {
    name: "a service of Nomad is found while its allocation runs",
    run: async (kit) => {
      const name = `svc-${process.pid}`;
      const job = kit.job({ group: { Services: [{ Name: name, Provider: "nomad", Tags: ["a"] }] } });
      await kit.runs(job);
      const found = await untilFound(
        "the service is registered",
        async () => (await readService(kit.nomad, { namespace: "default", name }, kit.call)).value[0],
      );
      assert.deepEqual([found.JobID, found.Tags], [job.ID, ["a"]]);
      const { value: all } = await listServices(kit.nomad, "*", kit.call);
      assert.ok(all.some(({ Namespace, Services }) => Namespace === "default" && Services.some(({ ServiceName }) => ServiceName === name)));
      await deleteService(kit.nomad, { namespace: "default", name, id: found.ID }, kit.call);
      assert.deepEqual((await readService(kit.nomad, { namespace: "default", name }, kit.call)).value, []);
      await assert.rejects(deleteService(kit.nomad, { namespace: "default", name, id: found.ID }, kit.call), NotFound);
    },
  },
  {
    name: "a variable is written only with its present index, and a conflict does not show its items",
    run: async ({ nomad, call }) => {
      const place = { namespace: "default", path: `muster/case-${process.pid}/a` };
      assert.equal(await readVariable(nomad, place, call), undefined);
      const first = await writeVariable(nomad, place, { items: { secret: "one" }, cas: 0 }, call);
      const lost = writeVariable(nomad, place, { items: { secret: "two" }, cas: 0 }, call);
      await assert.rejects(
        lost,
        (error: Error) => error instanceof Conflict && !error.message.includes("one") && error.message.includes(`${first.ModifyIndex}`),
      );
      const second = await writeVariable(nomad, place, { items: { secret: "two" }, cas: first.ModifyIndex }, call);
      assert.deepEqual((await readVariable(nomad, place, call))?.Items, { secret: "two" });
      await assert.rejects(deleteVariable(nomad, place, { cas: first.ModifyIndex }, call), Conflict);
      await deleteVariable(nomad, place, { cas: second.ModifyIndex }, call);
      assert.equal(await readVariable(nomad, place, call), undefined);
    },
  },
  {
    name: "a long list comes in pages",
    run: async ({ nomad, call }) => {
      const prefix = `pages/case-${process.pid}/`;
      const names = ["a", "b", "c", "d", "e"].map((name) => `${prefix}${name}`);
      for (const path of names) await writeVariable(nomad, { namespace: "default", path }, { items: { a: "" }, cas: 0 }, call);
      const request = { ...call, path: "/v1/vars", query: { prefix, per_page: 2 } };
      const read = await readPages(nomad, z.object({ Path: z.string() }), request);
      assert.deepEqual(read.map(({ Path }) => Path).sort(), names);
      const listed = await listVariables(nomad, { namespace: "default", path: prefix }, call);
      for (const { Path: path, ModifyIndex: cas } of listed) await deleteVariable(nomad, { namespace: "default", path }, { cas }, call);
      assert.equal(listed.length, 5);
    },
  },
  {
    name: "jobs of a namespace are apart from those of others",
    run: async (kit) => {
      const Name = `case-${process.pid}`;
      await applyNamespace(kit.nomad, { Name, Description: "a test" }, kit.call);
      assert.ok((await listNamespaces(kit.nomad, kit.call)).value.some((each) => each.Name === Name && each.Description === "a test"));
      const job = kit.job({ job: { Namespace: Name } });
      await kit.runs(job);
      const [allocation] = await kit.running(job, 1);
      assert.equal(allocation?.Namespace, Name);
      await assert.rejects(deleteNamespace(kit.nomad, Name, kit.call), Refused);
      await kit.clear();
      await deleteNamespace(kit.nomad, Name, kit.call);
    },
  },
  {
    name: "a node that is not eligible gets no work, and a blocked job goes on when it is eligible again",
    run: async (kit) => {
      const { ID } = await onlyNode(kit);
      await setEligible(kit.nomad, ID, false, kit.call);
      const job = kit.job();
      assert.equal((await kit.runs(job)).outcome, "blocked");
      await setEligible(kit.nomad, ID, true, kit.call);
      await kit.running(job, 1);
    },
  },
  {
    name: "a drain ends when all work has left, and the node is not eligible before the operator says so",
    run: async (kit) => {
      const { ID } = await onlyNode(kit);
      const job = kit.job();
      await kit.runs(job);
      await kit.deployed(job);
      kit.help.hold("stops");
      await startDrain(kit.nomad, ID, { deadlineSeconds: 60, ignoreSystemJobs: false }, kit.call);
      await assert.rejects(
        setEligible(kit.nomad, ID, true, kit.call),
        (error: Error) => error instanceof Refused && /draining/.test(error.message),
      );
      kit.help.release();
      const drained = await untilFound("the drain ends", async () => {
        const { value } = await readNode(kit.nomad, ID, kit.call);
        return value.DrainStrategy ? undefined : value;
      });
      assert.deepEqual([drained.SchedulingEligibility, drained.LastDrain?.Status, drained.Drain], ["ineligible", "complete", false]);
      const { value: left } = await nodeAllocations(kit.nomad, ID, kit.call);
      assert.ok(left.every(({ ClientStatus }) => !["pending", "running"].includes(ClientStatus)));
      await cancelDrain(kit.nomad, ID, { eligible: true }, kit.call);
      await kit.running(job, 1);
    },
  },
];
