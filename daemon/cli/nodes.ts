/** How nodes, timelines and explanations look on a terminal. */
import type { Event } from "../contract/event.ts";
import type { Explanation } from "../contract/explanation.ts";
import type { Node } from "../contract/node.ts";
import { ago, clean, table } from "./print.ts";

export function showNodes(nodes: Node[]): string {
  if (nodes.length === 0)
    return "No machine is known yet. Set one to boot from the network and switch it on, or add one: muster accept <mac>";
  return table(
    ["NAME", "PHASE", "MAC", "ADDRESS", "LAST EVENT"],
    nodes.map((node) => [
      node.name,
      phase(node),
      node.macs.join(" "),
      node.address ?? "",
      node.lastEvent ? `${ago(node.lastEvent.at)}: ${node.lastEvent.summary}` : "",
    ]),
  );
}

const phase = ({ state }: Node) => (state.phase === "installing" ? `installing (${state.stage ?? "loading"})` : state.phase);

export function showNode(node: Node, events: Event[]): string {
  const { state, facts } = node;
  const about: [string, string | undefined][] = [
    ["phase", phase(node)],
    ["reason", "reason" in state ? state.reason : undefined],
    ["MAC", node.macs.join(" ")],
    ["address", node.address],
    ["machine", [facts.manufacturer, facts.product, facts.serial].filter(Boolean).join(" ") || undefined],
    [
      "hardware",
      [facts.cpu, facts.cpus && `${facts.cpus} CPUs`, facts.memoryMb && `${facts.memoryMb} MB`, facts.firmware]
        .filter(Boolean)
        .join(", ") || undefined,
    ],
    ["disks", facts.disks?.map(({ name, sizeGb }) => `${name} ${sizeGb} GB`).join(", ")],
    ["system", [facts.os, facts.kernel].filter(Boolean).join(", ") || undefined],
  ];
  const first = events[0];
  const timeline = events.map(({ at, summary }) => `  ${offset(first?.at ?? at, at).padStart(9)}  ${clean(summary)}`);
  return [
    node.name,
    ...about.flatMap(([name, value]) => (value ? [`  ${name.padEnd(10)} ${clean(value)}`] : [])),
    "",
    `Timeline, from ${first?.at ?? "never"}`,
    ...timeline,
  ].join("\n");
}

function offset(from: string, to: string): string {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds < 100
    ? `+${seconds.toFixed(1)} s`
    : `+${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")} min`;
}

export function showExplanation({ mac, node, phase: now, dhcp, script }: Explanation): string {
  return [
    `${mac}${node ? ` is ${node}` : ""}, ${now}`,
    `DHCP answers: ${dhcp.answer}`,
    ...dhcp.journal.map((line) => `  ${line}`),
    `Its script: ${script.action}, because: ${script.reason}`,
    ...script.text
      .trimEnd()
      .split("\n")
      .map((line) => `  ${clean(line)}`),
  ].join("\n");
}
