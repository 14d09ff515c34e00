/** How a machine fares, in one word, from what it last reported. Pure: the clock is given. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import type { Tone } from "../../parts/tone.ts";

export interface Health {
  word: "failing" | "overdue" | "disputed" | "at work" | "fine" | "unknown";
  tone: Tone;
  why: string;
}

/** The daemon judges an overdue machine itself within seconds; until then the page already says so. */
export function healthOf({ state, claims = [] }: Node, nowMs: number): Health {
  if (claims.length > 0)
    return { word: "disputed", tone: "bad", why: `another machine came under its name or MAC address: ${claims[0]?.reason}` };
  switch (state.phase) {
    case "install-failed":
    case "configure-failed":
    case "quarantined":
      return { word: "failing", tone: "bad", why: state.reason };
    case "installing":
    case "called-home":
    case "wiping":
      if (nowMs > Date.parse(state.deadline)) return { word: "overdue", tone: "bad", why: "it should have reported by now" };
      return { word: "at work", tone: "working", why: "it has time to report until its deadline" };
    case "configuring":
      return { word: "at work", tone: "working", why: "a playbook is running on it" };
    case "ready":
      return { word: "fine", tone: "good", why: "its last playbook succeeded" };
    case "discovered":
    case "accepted":
    case "armed":
    case "rescue":
    case "retired":
      return { word: "unknown", tone: "muted", why: "no system of ours runs on it that could tell" };
  }
}
