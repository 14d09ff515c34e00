/** Computes the health of a machine in one word, from its state and the current time. Pure. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import type { Tone } from "../../parts/tone.ts";

export interface Health {
  word: "failing" | "overdue" | "disputed" | "busy" | "healthy" | "unknown";
  tone: Tone;
  why: string;
}

/** The page shows an overdue machine immediately, a few seconds before the daemon marks it. */
export function healthOf({ state, claims = [] }: Node, nowMs: number): Health {
  if (claims.length > 0)
    return { word: "disputed", tone: "bad", why: `another machine claims its name or MAC address: ${claims[0]?.reason}` };
  switch (state.phase) {
    case "install-failed":
    case "configure-failed":
    case "quarantined":
      return { word: "failing", tone: "bad", why: state.reason };
    case "installing":
    case "called-home":
    case "wiping":
      if (nowMs > Date.parse(state.deadline)) return { word: "overdue", tone: "bad", why: "it should have reported by now" };
      return { word: "busy", tone: "working", why: "its deadline for a report has not passed yet" };
    case "configuring":
      return { word: "busy", tone: "working", why: "a playbook is running on it" };
    case "ready":
      return { word: "healthy", tone: "good", why: "its last playbook succeeded" };
    case "discovered":
    case "accepted":
    case "armed":
    case "rescue":
    case "retired":
      return { word: "unknown", tone: "muted", why: "no system that reports to Muster runs on it" };
  }
}
