/** Lists every rule that applies to a DHCP message. Each rule is listed with its inputs and its result. Pure. */
import type { DhcpPlan } from "../../../pxe/boot-source.ts";
import { architecture, bootStage } from "../../../pxe/dhcp/decision/client.ts";
import { architectureTitle } from "../../../pxe/dhcp/decision/firmware.ts";
import { type DhcpDecision, netbootOf, type ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, messageType, textOption, typeName } from "../../../pxe/dhcp/message/packet.ts";
import type { AskedMode, Rule } from "../../contract/netboot/explanation.ts";
import type { AppliedQuirk } from "../../contract/netboot/quirk.ts";
import { quirkWords } from "../../contract/netboot/quirk-words.ts";

const modes: Record<AskedMode, string> = {
  off: "DHCP does not answer; the boot files are still served",
  proxy: "names the boot file, and hands out no address",
  full: "hands out the address and names the boot file",
};

const option43 = {
  "bios-rom": "discovery control 8: take the file at once, look for no boot server",
  "uefi-rom": "left out: EDK2 before 2017 discards a ProxyDHCP offer with this option",
} as const;

export interface RuleInput {
  mode: AskedMode;
  /** The interface that would answer, with the names of all interfaces. Undefined if there is only one interface. */
  place?: { among: readonly string[]; name: string; address: string } | undefined;
  server: ServerIdentity | undefined;
  plan: DhcpPlan;
  quirks: readonly AppliedQuirk[];
  decision: DhcpDecision | undefined;
}

export function rulesFor(request: DhcpPacket, { mode, place, server, plan, quirks, decision }: RuleInput): Rule[] {
  const stage = bootStage(request);
  const arch = architecture(request);
  const text = (code: number) => (request.options.has(code) ? `"${textOption(request, code)}"` : "absent");
  const rules: Rule[] = [
    { rule: "message", input: `${typeName(messageType(request))} from ${request.mac}`, outcome: "a client's message" },
    {
      rule: "boot stage",
      input: `option 60 ${text(Option.vendorClass)}, option 77 ${text(Option.userClass)}, option 175 ${request.options.has(Option.etherboot) ? "present" : "absent"}`,
      outcome: stage,
    },
    {
      rule: "architecture",
      input: `option 93 ${arch ?? "absent"}`,
      outcome: arch === undefined ? "unknown, treated as BIOS" : architectureTitle(arch),
    },
    { rule: "machine", input: request.mac, outcome: plan.reason },
    ...quirks.map((quirk) => ({ rule: "quirk", input: `${quirk.source}: ${quirk.because}`, outcome: quirkWords(quirk) })),
    { rule: "mode", input: `netboot.dhcp ${mode}`, outcome: modes[mode] },
  ];
  if (place)
    rules.push({ rule: "interface", input: `one of ${place.among.join(", ")}`, outcome: `${place.name}, where we are ${place.address}` });
  if (!server || !decision) return rules;
  const netboot = netbootOf(request, server, plan);
  rules.push({
    rule: "boot file",
    input: `${stage}${arch === undefined ? "" : `, architecture ${arch}`}`,
    outcome: netboot.kind === "boot" ? netboot.file : netboot.reason,
  });
  if (netboot.kind === "boot" && (stage === "bios-rom" || stage === "uefi-rom"))
    rules.push({ rule: "option 43", input: stage, outcome: option43[stage] });
  rules.push({ rule: "answer", input: decision.kind, outcome: dhcpOutcomeOf(decision) });
  return rules;
}

export function dhcpOutcomeOf(decision: DhcpDecision): string {
  switch (decision.kind) {
    case "reply":
      return `${decision.summary}, to ${decision.to.address}`;
    case "check":
      return `first checks by ARP whether ${decision.address} is in use`;
    case "ignore":
      return `nothing: ${decision.reason}`;
  }
}
