import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../../daemon/contract/event.ts";
import type { OtherServer } from "../../../../daemon/contract/netboot/network.ts";
import type { OtherOfferFacts } from "../../../../daemon/contract/netboot/wire-facts.ts";
import { routerOptions } from "../../../../daemon/netboot/dhcp/router-options.ts";
import { diagnose } from "../../../../daemon/netboot/explain/diagnose.ts";
import { tellSteps, wireStory } from "../../../../daemon/netboot/explain/wire-story.ts";
import { decideFull } from "../../../../pxe/dhcp/decision/full.ts";
import { decideBootServer, decideProxy } from "../../../../pxe/dhcp/decision/proxy.ts";
import type { DhcpDecision } from "../../../../pxe/dhcp/decision/reply.ts";
import { exchangeOf } from "../../../../pxe/dhcp/exchange.ts";
import { MessageType, Option } from "../../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, messageType, typeName } from "../../../../pxe/dhcp/message/packet.ts";
import { message, server } from "../../../support/dhcp/dhcp.ts";
import { lan as network } from "../../../support/dhcp/dhcp-lan.ts";

const router = routerOptions(server);
const start = Date.parse("2026-01-01T10:00:00Z");
const plan = { netboot: true, reason: "n1 is discovered" } as const;
const lan = "192.168.1.1";

type Line = [seconds: number, type: string, summary: string, detail?: Record<string, unknown>];

const timeline = (...lines: Line[]): Event[] =>
  lines.map(([seconds, type, summary, detail], seq) => ({
    seq,
    at: new Date(start + seconds * 1000).toISOString(),
    source: "netboot",
    type,
    summary,
    ...(detail && { detail }),
  }));

/** A packet of real firmware, with its decision, recorded as the server does it. */
const dhcp = (seconds: number, request: DhcpPacket, decision: DhcpDecision): Line => [
  seconds,
  `dhcp.${typeName(messageType(request))}`,
  "in words that no code reads",
  { ...exchangeOf(request, decision), journal: decision.journal },
];
const offer = (seconds: number): Line => {
  const request = message("uefi-pxe-discover");
  return dhcp(seconds, request, decideProxy(request, server, plan));
};
const requestTo = (seconds: number, chosen: string): Line => {
  const request = message("uefi-pxe-discover", { type: MessageType.request, server: chosen, requested: "192.168.1.50" });
  return dhcp(seconds, request, decideProxy(request, server, plan));
};
const lanRequest = requestTo(5, lan);
const bootServer = ((): Line => {
  const request = message("uefi-pxe-discover", { type: MessageType.request, clientAddress: "192.168.1.50" });
  return dhcp(6, request, decideBootServer(request, server, plan, { address: "192.168.1.50", port: 4011 }));
})();
const otherOffer = (detail: OtherOfferFacts): Line => [1, "dhcp.other-offer", "another server offers", detail];
const proxied = (events: Event[], servers: OtherServer[] = []) => diagnose(wireStory(events), { proxy: true, router, servers });

test("offers that are never accepted are two servers' offers not merged, and the router's options are spelled out", () => {
  const finding = proxied(timeline(offer(0), offer(4), offer(12), offer(28)));
  assert.match(finding?.finding ?? "", /sent 4 times.*does not merge two servers' offers/);
  const next = finding?.next.join("\n") ?? "";
  for (const part of [
    /option 66.*10\.0\.0\.2/,
    /93\) 0,.*undionly\.kpxe/,
    /93\) 7,.*snponly\.efi/,
    /iPXE: http:\/\/10\.0\.0\.2:8080\/boot\.ipxe/,
    /no option 43/,
    /dhcp: full/,
  ])
    assert.match(next, part);
  assert.ok(!next.includes("arm64"), "a file that is not served is not recommended");
});

test("an offer or two is a boot that has just begun", () => {
  assert.match(proxied(timeline(offer(0), offer(4)))?.finding ?? "", /no packet followed yet/);
});

test("a machine that took the other server's offer: the server is named, with its MAC address where that is known", () => {
  const took = proxied(timeline(offer(0), lanRequest));
  assert.match(took?.finding ?? "", /took that of the server 192\.168\.1\.1; ours was ignored/);
  assert.match(took?.next[0] ?? "", /^On 192\.168\.1\.1: remove boot file/);
  const seen = { address: lan, mac: "00:11:22:33:44:55", firstSeen: "2026-01-01T09:00:00Z", lastSeen: "2026-01-01T09:00:00Z" };
  assert.match(proxied(timeline(offer(0), lanRequest), [seen])?.finding ?? "", /the server 192\.168\.1\.1 \(00:11:22:33:44:55\)/);
});

test("the settings that the other server named are listed, and must be removed there", () => {
  const offered = {
    server: lan,
    mac: "00:11:22:33:44:55",
    address: "192.168.1.50",
    bootFile: "pxelinux.0",
    nextServer: "192.168.1.9",
    pxe: true,
  };
  const finding = proxied(timeline(offer(0), otherOffer(offered), lanRequest));
  assert.match(finding?.finding ?? "", /That server names the boot file pxelinux\.0, next-server 192\.168\.1\.9, PXE options/);
  assert.equal(
    finding?.next[0],
    "On 192.168.1.1: remove the boot file pxelinux.0 (option 67), next-server 192.168.1.9 (option 66), options 43 and 60,",
  );
  assert.ok(finding?.next.includes(router[0] ?? ""));
});

test("a server whose offer named nothing is not blamed for a boot file: the firmware reads one offer", () => {
  // Most servers name themselves as next-server, with no file to fetch there.
  const offered = { server: lan, address: "192.168.1.50", nextServer: lan, pxe: false };
  const finding = proxied(timeline(offer(0), otherOffer(offered), lanRequest));
  assert.match(finding?.finding ?? "", /names no boot file, and this firmware reads only one offer/);
  assert.equal(finding?.next[0], "Let 192.168.1.1 send all boot options. Set on it:");
});

test("two offers of which none was taken up: the other one is named too", () => {
  const offered = { server: lan, mac: "00:11:22:33:44:55", address: "192.168.1.50", pxe: false };
  const finding = proxied(timeline(offer(0), otherOffer(offered), offer(4), offer(12)));
  assert.match(finding?.finding ?? "", /sent 3 times, together with that of 192\.168\.1\.1 \(00:11:22:33:44:55\)/);
  assert.match(finding?.next[0] ?? "", /Let 192\.168\.1\.1, the LAN's own DHCP server, send all boot options/);
});

test("in full mode a machine that chose the other server is distinguished from one that took ours", () => {
  const on = network();
  const discover = message("uefi-pxe-discover");
  const chose = message("uefi-pxe-discover", { type: MessageType.request, server: lan, requested: "192.168.1.50" });
  const ours = decideFull(discover, on, plan);
  assert(ours.kind === "reply");
  const offered = dhcp(0, discover, ours);
  const took = diagnose(wireStory(timeline(offered, dhcp(4, chose, decideFull(chose, on, plan)))), { proxy: false, router, servers: [] });
  assert.match(took?.finding ?? "", /took that of the server 192\.168\.1\.1/);
  const mine = message("uefi-pxe-discover", { type: MessageType.request, server: server.address, requested: ours.packet.yourAddress });
  assert.equal(wireStory(timeline(offered, dhcp(4, mine, decideFull(mine, on, plan)))).chose, undefined);
});

test("a request of the system after the boot is no step of it", () => {
  const request = message("uefi-pxe-discover", {
    type: MessageType.request,
    set: [
      [Option.vendorClass, undefined],
      [Option.clientArchitecture, undefined],
    ],
  });
  assert.equal(wireStory(timeline(offer(0), dhcp(1, request, decideProxy(request, server, plan)))).requests, 0);
});

const endings: [string, RegExp, Event[]][] = [
  [
    "we refused",
    /Muster offered it no boot file: no boot file runs on 32-bit ARM UEFI/,
    timeline(
      ((): Line => {
        const request = message("uefi-pxe-discover", { set: [[Option.clientArchitecture, Uint8Array.of(0, 10)]] });
        return dhcp(0, request, decideProxy(request, server, plan));
      })(),
    ),
  ],
  [
    "full mode gave an address alone",
    /Muster offered it no boot file: the boot file ipxe-arm64.efi for/,
    timeline(
      ((): Line => {
        const request = message("uefi-pxe-discover", { set: [[Option.clientArchitecture, Uint8Array.of(0, 11)]] });
        return dhcp(0, request, decideFull(request, network(), plan));
      })(),
    ),
  ],
  ["port 4011 was answered and TFTP never came", /no TFTP request came/, timeline(offer(0), lanRequest, bootServer)],
  [
    "the file is not there",
    /a file that is not there: TFTP bootx64.efi/,
    timeline(offer(0), lanRequest, bootServer, [7, "tftp.refused", "TFTP bootx64.efi: no such file"]),
  ],
  [
    "the transfer broke",
    /did not arrive: TFTP snponly.efi: no answer after 512 bytes/,
    timeline(offer(0), lanRequest, bootServer, [7, "tftp.gave-up", "TFTP snponly.efi: no answer after 512 bytes"]),
  ],
  [
    "the loader came and iPXE did not",
    /iPXE sent nothing/,
    timeline(offer(0), lanRequest, bootServer, [7, "tftp.complete", "TFTP snponly.efi: 200000 bytes"]),
  ],
  [
    "iPXE never fetched its script",
    /iPXE runs and got the URL of its script/,
    timeline(
      offer(0),
      bootServer,
      [7, "tftp.complete", "TFTP snponly.efi: 200000 bytes"],
      ((): Line => {
        const request = message("ipxe-bios-discover");
        return dhcp(9, request, decideProxy(request, server, plan));
      })(),
    ),
  ],
];
for (const [name, expected, events] of endings)
  test(`the end of a boot is found: ${name}`, () => assert.match(proxied(events)?.finding ?? "", expected));

test("a boot that got its script has nothing wrong with it, and autoexec.ipxe missing is no fault", () => {
  const events = timeline(
    offer(0),
    bootServer,
    [7, "tftp.complete", "TFTP snponly.efi: 2 bytes"],
    [8, "tftp.refused", "TFTP autoexec.ipxe: no such file"],
    [10, "boot.wait", "waiting to be accepted"],
  );
  assert.equal(proxied(events), undefined);
});

test("only the last boot counts", () => {
  const story = wireStory(timeline(offer(0), offer(4), offer(12), offer(28), offer(400)));
  assert.equal(story.offers, 1);
});

test("each step is listed, and those that never came too", () => {
  assert.deepEqual(tellSteps(wireStory(timeline(offer(0), offer(4), offer(12))), true), [
    "DISCOVER seen 3 times",
    "our offer of snponly.efi sent 3 times",
    "no REQUEST seen",
    "no request on port 4011",
    "no TFTP request seen",
    "no boot script requested",
  ]);
  assert.deepEqual(tellSteps(wireStory([]), true), ["no packet of a network boot was ever seen from it"]);
});
