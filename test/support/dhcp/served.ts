/** The real API over real stores in memory, with short intervals for tests, and requests to it. */
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { pino } from "pino";
import { WebSocket } from "ws";
import { alertRulesOf } from "../../../daemon/admin/alerts/alerts.ts";
import { rulesInWords } from "../../../daemon/admin/alerts/rules-in-words.ts";
import { type ApiParts, buildApi } from "../../../daemon/api/server.ts";
import { AuditLog } from "../../../daemon/audit/log.ts";
import type { ChangesParts } from "../../../daemon/changes/changes.ts";
import { AlertSettings } from "../../../daemon/config/admin.ts";
import type { Role } from "../../../daemon/contract/admin/key.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import { networkNow } from "../../../daemon/netboot/dhcp/network-now.ts";
import { type DeskLab, findRunbooks, offer, openDesk, runbooksFor } from "../changes/changes.ts";
import { storedModel } from "../cluster/stored-model.ts";
import { writtenLog } from "../log-book.ts";
import { cards } from "../machines/cards.ts";
import { written } from "../machines/inventory-file.ts";
import { quarantineIn } from "../machines/quarantine.ts";
import { openWorld, type World } from "../world.ts";

export interface Served {
  world: World;
  /** The desk behind the API. */
  lab: DeskLab;
  url: string;
  key(role: Role): string;
  request(
    path: string,
    options?: RequestInit & { key?: string },
  ): Promise<{ status: number; headers: Headers; body: unknown; text: string }>;
  /** Opens `/ws`. The caller or the server closes it. */
  listen(headers: Record<string, string>, query?: string): WebSocket;
}

const unused = (what: string) => () => {
  throw new Error(`${what}: not part of this test`);
};

export async function serve(t: TestContext, parts: Partial<ApiParts> = {}, governed: Partial<ChangesParts> = {}): Promise<Served> {
  const world = openWorld();
  const lab = openDesk(world, governed);
  const api = await buildApi({
    ...world,
    audit: new AuditLog(world.db),
    checkpoints: () => [],
    log: pino({ level: "silent" }),
    logBook: writtenLog().book,
    alertRules: () => rulesInWords(alertRulesOf(AlertSettings.parse({})), false),
    webUis: async () => ({ complete: true, pages: [] }),
    storedModels: async () => [storedModel("llama-8b")],
    cluster: () => ({ consul: { standing: { state: "absent" } }, nomad: { standing: { state: "absent" } } }),
    examine: async () => ({ at: new Date().toISOString(), checks: [] }),
    version: "0.0.0-test",
    pageRoot: undefined,
    defaultProfile: "preseed",
    requireBootFiles: () => undefined,
    forget: async () => undefined,
    wake: async () => "woken",
    power: { perform: async ({ name }) => ({ driver: "command", message: `${name} received a message` }), means: () => "command" },
    capture: () => Uint8Array.of(1, 2, 3),
    provision: unused("provision"),
    preview: unused("preview"),
    maintenance: () => ({ open: true, windows: [], timeZone: "UTC" }),
    nextTime: (_, from) => from,
    requireWorker: () => undefined,
    promote: async () => undefined,
    playbooks: () => ({ playbooks: [], refused: [] }),
    run: unused("run"),
    nodeGroups: () => () => [],
    nodeBindings: () => () => "the same",
    checkOptions: () => undefined,
    cancel: unused("cancel"),
    output: async (_, after) => ({ text: "", next: after, end: true }),
    ends: async () => ({ beginning: "", leftOutBytes: 0, end: "" }),
    receive: unused("receive"),
    quarantine: quarantineIn(world),
    inventory: inventoryFor(written(t, "all:\n").inventory),
    enrol: { url: () => "http://10.0.0.2:8000", script: (token) => `#!/bin/sh\n# ${token}\n` },
    process: () => ({
      version: "0.0.0-test",
      startedAt: new Date().toISOString(),
      dhcpMode: "off",
      interfaces: [],
      executor: "disconnected",
      netboot: { alive: false },
    }),
    explain: unused("explain"),
    network: () => networkNow(cards("{ interface: eth1, dhcp: full, range: { from: 10.0.0.10, to: 10.0.0.20 } }"), world),
    quirkLines: [],
    desk: lab.desk,
    offer,
    findRunbooks,
    runbooksFor,
    ...parts,
  });
  await api.listen({ host: "127.0.0.1", port: 0 });
  t.after(async () => {
    await api.close();
    world.db.close();
  });
  const { port } = api.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  let keys = 0;
  return {
    world,
    lab,
    url,
    key: (role) => {
      keys += 1;
      return world.keys.create(`${role}-${keys}`, role, new Date()).secret;
    },
    request: async (path, { key, headers, ...init } = {}) => {
      const all = { ...(init.body && { "content-type": "application/json" }), ...(key && { authorization: `Bearer ${key}` }), ...headers };
      const response = await fetch(`${url}${path}`, { ...init, headers: all as Record<string, string> });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: response.headers.get("content-type")?.startsWith("application/json") && text !== "" ? JSON.parse(text) : undefined,
        text,
      };
    },
    listen: (headers, query = "") => new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, { headers }),
  };
}
