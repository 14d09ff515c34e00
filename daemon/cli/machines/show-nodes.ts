/** Formats nodes and timelines for a terminal. */

import type { Event } from "../../contract/event.ts";
import type { CpuArch, Facts, Node } from "../../contract/machines/node.ts";
import { debianFor } from "../../contract/netboot/debian.ts";
import { ago, clean, paint, table } from "../print.ts";

export function showNodes(nodes: Node[]): string {
  if (nodes.length === 0)
    return [
      "No machine is known yet.",
      "Set a machine to boot from the network and switch it on, or add it first: muster accept <mac>",
      "`muster explain <mac>` shows the answer a machine would get; `muster doctor` shows what is missing.",
    ].join("\n");
  return table(
    [
      { title: "NAME", least: 12 },
      { title: "PHASE", paint: (cell, row) => painted(nodes[row], cell) },
      { title: "MAC" },
      { title: "ADDRESS" },
      { title: "LAST EVENT", least: 10 },
    ],
    nodes.map((node) => [
      node.name,
      node.claims ? `${phase(node)} (contested)` : phase(node),
      node.macs.length > 1 ? `${node.macs[0]} +${node.macs.length - 1}` : node.macs.join(),
      node.address ?? "",
      node.lastEvent ? `${ago(node.lastEvent.at)}: ${node.lastEvent.summary}` : "",
    ]),
  );
}

function painted(node: Node | undefined, text: string): string {
  switch (node?.state.phase) {
    case "ready":
      return paint("green", text);
    case "install-failed":
    case "configure-failed":
    case "quarantined":
      return paint("red", text);
    case "armed":
    case "installing":
    case "wiping":
    case "called-home":
    case "configuring":
      return paint("yellow", text);
    case "retired":
      return paint("dim", text);
    default:
      return text;
  }
}

const phase = ({ state }: Node) => (state.phase === "installing" ? `installing (${state.stage ?? "loading"})` : state.phase);

export function showNode(node: Node, events: Event[]): string {
  const { state, facts } = node;
  const about: [string, string | undefined][] = [
    ["phase", `${phase(node)}${state.phase === "armed" ? ` for ${state.profile} until ${local(state.until)}` : ""}`],
    ["rescue", state.phase === "rescue" ? reachWords(state.reach) : undefined],
    ["wipe", state.phase === "wiping" ? wipeWords(state) : undefined],
    ["reason", "reason" in state ? state.reason : undefined],
    ["kept out", node.claims?.map(({ id, reason }) => `${id}: ${reason}`).join("; ")],
    ["MAC", node.macs.join(" ")],
    ["address", node.address],
    ["machine", [facts.manufacturer, facts.product, facts.serial].filter(Boolean).join(" ") || undefined],
    [
      "hardware",
      [facts.cpu, facts.cpus && `${facts.cpus} CPUs`, facts.cpuArch, facts.memoryMb && `${facts.memoryMb} MB`, firmware(facts)]
        .filter(Boolean)
        .join(", ") || undefined,
    ],
    ["disks", facts.disks?.map(diskWords).join(", ")],
    ["cards", facts.nics?.map(({ name, mac, driver }) => [name, mac, driver].filter(Boolean).join(" ")).join(", ")],
    ["Debian", facts.cpuArch && pinned(facts.cpuArch)],
    ["system", [facts.os, facts.kernel].filter(Boolean).join(", ") || undefined],
  ];
  const first = events[0];
  const timeline = events.map(({ at, summary }) => `  ${offset(first?.at ?? at, at).padStart(9)}  ${clean(summary)}`);
  return [
    paint("bold", node.name),
    ...about.flatMap(([name, value]) => (value ? [`  ${name.padEnd(10)} ${clean(value)}`] : [])),
    "",
    ...(first ? [`Timeline, from ${local(first.at)}`, ...timeline] : ["It has no events yet."]),
  ].join("\n");
}

type In<P extends Node["state"]["phase"]> = Extract<Node["state"], { phase: P }>;

const reachWords = (reach: In<"rescue">["reach"]): string =>
  reach ? `ssh root@${reach.address}, host key ${reach.hostKey}` : "not started yet: reset it, or switch it on";

function wipeWords({ disks, quick, startedAt, deadline }: In<"wiping">): string {
  const what = `${disks === "all" ? "all fixed disks" : "the disk that an installation uses"}${quick ? ", beginning and end only" : ""}`;
  return startedAt === undefined ? `armed for ${what} until ${local(deadline)}` : `erasing ${what} since ${local(startedAt)}`;
}

const diskWords = ({ name, sizeGb, rotational, model, serial }: NonNullable<Facts["disks"]>[number]): string =>
  [name, `${sizeGb} GB`, rotational && "rotating", model, serial].filter(Boolean).join(" ");

const firmware = ({ firmware, firmwareBits }: Facts) => (firmwareBits === undefined ? firmware : `${firmwareBits}-bit ${firmware}`);

/** Returns the newest Debian release that the machine can run, if the machine cannot run the current release. */
function pinned(cpuArch: CpuArch): string | undefined {
  const { release, architecture, because } = debianFor[cpuArch];
  return because && `${release} ${architecture} at most: ${because}`;
}

/** Formats an instant in the local time zone, while the output of --json uses UTC. */
const local = (instant: string): string => new Date(instant).toLocaleString("sv-SE");

function offset(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  if (seconds >= 36_000) return `+${Math.floor(seconds / 3600)} h`;
  return seconds < 100
    ? `+${seconds.toFixed(1)} s`
    : `+${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")} min`;
}
