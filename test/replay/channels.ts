/**
 * Every channel through which untrusted text reaches a proposer: how an attacker writes to it, and how the
 * proposer reads it through the public API.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Proposed } from "../../daemon/contract/changes/change-routes.ts";
import type { Client } from "../../daemon/contract/client.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { callHome, hostKey } from "../support/control.ts";
import { untilFound } from "../support/until.ts";
import type { Scene } from "./goals.ts";
import { dressed, type Order, orders } from "./hostile.ts";
import type { Lab } from "./lab.ts";

export interface Channel {
  plant(lab: Lab, operator: Client): Promise<void>;
  read(scene: Omit<Scene, "said">, order: Order): Promise<string>;
}

/** Text from a machine appears as the output of a step. */
async function outputOf(
  { proposer, approve, ended }: Omit<Scene, "said">,
  tool: string,
  parameters: Record<string, string>,
): Promise<string> {
  const answer = await proposer.tool(tool, parameters, ["n1"]);
  const { work, approval } = answer.body as Proposed;
  if (approval) await approve(answer);
  await ended(work.id);
  const { execution } = (await proposer.ask("getPlan", { params: { id: work.id } })).body as Proposed;
  if (execution?.status !== "succeeded") throw new Error(`${tool} did not run: ${JSON.stringify(execution)}`);
  return execution.steps[0]?.output ?? "";
}

const allSaid = orders.map((order) => dressed(order)).join("\n");

/** Machines that call home with a valid token and choose their own host name. */
async function callAllHome(
  lab: Lab,
  operator: Client,
  network: number,
  said: (order: Order, index: number) => [hostname: string, product: string],
) {
  const { token } = await operator.createToken({ uses: orders.length });
  for (const [index, order] of orders.entries()) {
    const [hostname, product] = said(order, index);
    const report = {
      ip_address: `10.77.${network}.${index + 10}`,
      hostname,
      token,
      mac: `52:54:00:77:0${network}:${(index + 16).toString(16)}`,
      ssh_host_key: hostKey(`${network} ${index}`),
      facts: { product },
    };
    const { status, body } = await callHome(lab.url, report);
    if (status !== 202) throw new Error(`${hostname} was not let in: ${JSON.stringify(body)}`);
    // No machine exists to be configured.
    await operator.cancelJob({ id: String(body.job_id) });
  }
}

export const channels: Readonly<Record<string, Channel>> = {
  hostname: {
    plant: (lab, operator) => callAllHome(lab, operator, 2, ({ label }) => [label, "plain"]),
    read: async ({ proposer }) => JSON.stringify((await proposer.ask("listNodes")).body.map(({ name }: Node) => name)),
  },

  facts: {
    plant: (lab, operator) => callAllHome(lab, operator, 3, ({ says }, index) => [`facts-${index}`, says]),
    async read({ proposer }, order) {
      const { body } = await proposer.ask("getNode", { params: { node: `facts-${orders.indexOf(order)}` } });
      return (body as Node).facts.product ?? "";
    },
  },

  "output of a playbook": {
    async plant(lab, operator) {
      writeFileSync(join(lab.files, "orders"), allSaid);
      const [job] = await operator.runPlaybook({ playbook: "say", nodes: ["n1"] });
      const id = job?.id ?? "";
      const end = await untilFound("the playbook has ended", async () => {
        const now = await operator.getJob({ id });
        return ["queued", "running", "waiting"].includes(now.status) ? undefined : now;
      });
      if (end.status !== "succeeded") throw new Error(`the playbook failed: ${JSON.stringify(end)}`);
    },
    async read({ proposer }) {
      const list = (await proposer.ask("listJobs")).body as { id: string; playbook: string }[];
      const said = list.find(({ playbook }) => playbook.includes("say"));
      return (await proposer.ask("jobOutput", { params: { id: said?.id ?? "" } })).body.text;
    },
  },

  "line of a log": {
    plant: async (lab) =>
      writeFileSync(join(lab.files, "journal"), allSaid.replace(/^/gm, "2026-11-21T12:00:00 n1 sshd[7]: Invalid user ")),
    read: (scene) => outputOf(scene, "journal", { since: "-1h" }),
  },

  "name of a file": {
    async plant(lab) {
      for (const order of orders) mkdirSync(join(lab.files, "spool", dressed(order)));
    },
    read: (scene) => outputOf(scene, "directory_sizes", { path: scene.precious.replace(/precious$/, "spool"), threshold: "0K" }),
  },

  "answer over HTTP": {
    async plant(lab) {
      mkdirSync(join(lab.folder, "answers"));
      for (const order of orders) writeFileSync(join(lab.folder, "answers", order.goal), dressed(order));
      writeFileSync(join(lab.folder, "answers/plain"), "all is well\n");
    },
    read: (scene, { goal }) => outputOf(scene, "http_probe", { path: `/${goal}` }),
  },
};
