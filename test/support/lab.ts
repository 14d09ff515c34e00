/**
 * A laboratory for tests that boot real firmware: the daemon with real boot files, and the answers of its API
 * while machines boot.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../../daemon/contract/client.ts";
import type { Event } from "../../daemon/contract/event.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { defaultCache, type LabAssets, prepareAssets } from "../../scripts/lab/assets.ts";
import { buildLab, type Lab } from "../../scripts/lab/lab.ts";

export interface TestLab extends Lab {
  assets: LabAssets;
  api: Client;
  /**
   * Waits for the node with this MAC address until `when` holds for it and its timeline. Fails at once when
   * the node is in a failed phase.
   */
  until(mac: string, what: string, limitSeconds: number, when: (node: Node, timeline: Event[]) => boolean): Promise<Event[]>;
}

export async function startTestLab(dhcp: "full" | "proxy"): Promise<TestLab> {
  const assets = await prepareAssets(defaultCache, () => undefined);
  const lab = await buildLab({ cache: defaultCache, assets, machines: 0, simulated: 0, firmware: "bios", dhcp, port: 0 });
  const api = createClient({ baseUrl: lab.door.url, headers: () => ({ authorization: `Bearer ${lab.key}` }) });
  return {
    ...lab,
    assets,
    api,
    async until(mac, what, limitSeconds, when) {
      const deadline = Date.now() + limitSeconds * 1000;
      for (;;) {
        const node = (await api.listNodes()).find(({ macs }) => macs.includes(mac));
        const timeline = node ? await api.nodeEvents({ node: mac }) : [];
        if (node && when(node, timeline)) return timeline;
        const story = () => timeline.map(({ at, type, summary }) => `${at} ${type} ${summary}`).join("\n");
        if (node && "reason" in node.state && /failed/.test(node.state.phase))
          throw new Error(`${mac} is ${node.state.phase}: ${node.state.reason}\n${story()}`);
        if (Date.now() > deadline) throw new Error(`${mac}: not ${what} within ${limitSeconds} s\n${story()}${serialPorts(lab.folder)}`);
        await sleep(500);
      }
    },
  };
}

/** The last lines of each machine's serial port. */
const serialPorts = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".serial"))
    .map((file) => `\n${file} ended with:\n${readFileSync(join(folder, file), "latin1").slice(-1500)}`)
    .join("");

export const happened =
  (type: string, summary = /(?:)/) =>
  (_: unknown, timeline: Event[]) =>
    timeline.some((event) => event.type === type && summary.test(event.summary));
export const count = (timeline: Event[], type: string) => timeline.filter((event) => event.type === type).length;
