import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import { diagnose } from "../../../daemon/netboot/diagnose.ts";
import { routerOptions } from "../../../daemon/netboot/router-options.ts";
import { tellSteps, wireStory } from "../../../daemon/netboot/wire-story.ts";
import { server } from "../../support/dhcp.ts";

const router = routerOptions(server);
const start = Date.parse("2026-01-01T10:00:00Z");

/** Seconds, type and summary, in the words the servers use. */
const timeline = (...lines: [number, string, string, string[]?][]): Event[] =>
  lines.map(([seconds, type, summary, journal], seq) => ({
    seq,
    at: new Date(start + seconds * 1000).toISOString(),
    source: "netboot",
    type,
    summary,
    ...(journal && { detail: { journal } }),
  }));

const offer = (seconds: number): [number, string, string] => [seconds, "dhcp.discover", "DHCP discover: ProxyDHCP offer of snponly.efi"];
const proxied = (events: Event[]) => diagnose(wireStory(events), { proxy: true, router });
const lanRequest: [number, string, string] = [5, "dhcp.request", "DHCP request: the LAN's DHCP server answers a request"];
const bootServer: [number, string, string] = [6, "dhcp.request", "DHCP request: boot server answer: snponly.efi"];

test("offers that nobody takes up are two servers' offers not merged, and the router's options are spelled out", () => {
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
  assert.match(proxied(timeline(offer(0), offer(4)))?.finding ?? "", /nothing came back yet/);
});

test("a machine that took the other server's offer is told from one that took none", () => {
  assert.match(proxied(timeline(offer(0), lanRequest))?.finding ?? "", /took the one of the LAN's DHCP server; ours was ignored/);
  const full = wireStory(
    timeline(
      [0, "dhcp.discover", "DHCP discover: offer of 10.0.0.10, boot file snponly.efi"],
      [4, "dhcp.request", "DHCP request: it chose the server 192.168.1.1"],
    ),
  );
  assert.match(diagnose(full, { proxy: false, router })?.finding ?? "", /took the one of 192\.168\.1\.1/);
});

const endings: [string, RegExp, Event[]][] = [
  [
    "we refused",
    /we did not offer it a boot file: no boot file runs on 32-bit x86 UEFI/,
    timeline([0, "dhcp.discover", "DHCP discover: no boot file runs on 32-bit x86 UEFI (architecture 6)"]),
  ],
  [
    "full mode gave an address alone",
    /we did not offer it a boot file: the boot file ipxe-arm64.efi for/,
    timeline([
      0,
      "dhcp.discover",
      "DHCP discover: offer of 10.0.0.9, but the boot file ipxe-arm64.efi for 64-bit ARM UEFI is not among the assets",
    ]),
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
    /iPXE never spoke/,
    timeline(offer(0), lanRequest, bootServer, [7, "tftp.complete", "TFTP snponly.efi: 200000 bytes"]),
  ],
  [
    "iPXE never fetched its script",
    /iPXE runs and was told its script/,
    timeline(
      offer(0),
      bootServer,
      [7, "tftp.complete", "TFTP snponly.efi: 200000 bytes"],
      [9, "dhcp.discover", "DHCP discover: ProxyDHCP offer of http://10.0.0.2:8080/boot.ipxe"],
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
  const story = wireStory(
    timeline(offer(0), offer(4), offer(12), offer(28), [400, "dhcp.discover", "DHCP discover: ProxyDHCP offer of snponly.efi"]),
  );
  assert.equal(story.offers, 1);
});

test("each step is told, the ones that never came too", () => {
  assert.deepEqual(tellSteps(wireStory(timeline(offer(0), offer(4), offer(12))), true), [
    "DISCOVER seen 3 times",
    "our offer of snponly.efi sent 3 times",
    "no REQUEST seen",
    "nothing asked on port 4011",
    "no TFTP request seen",
    "no boot script asked for",
  ]);
  assert.deepEqual(tellSteps(wireStory([]), true), ["no packet of a network boot was ever seen from it"]);
});
