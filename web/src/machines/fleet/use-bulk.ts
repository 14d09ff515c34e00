/**
 * Runs an action on many machines, one after the other, and stores each result. Closing the dialog stops the action before
 * the next machine.
 */
import { useEffect, useRef, useState } from "react";
import { ApiError, type Client } from "../../../../daemon/contract/client.ts";
import type { RunOptions } from "../../../../daemon/contract/jobs/run-options.ts";
import type { Node, Profile } from "../../../../daemon/contract/machines/node.ts";
import { WAITS } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";
import { patiently } from "../../parts/patience.ts";
import type { BulkAction, BulkPlan } from "./bulk.ts";

export interface Outcome {
  end: "done" | "waits" | "refused";
  text: string;
  approvalId?: string | undefined;
}

interface Choices {
  profile: Profile | undefined;
  playbook: string;
  check: boolean;
  options: RunOptions;
}

export function useBulk(action: BulkAction, { does }: BulkPlan) {
  const { client } = usePage();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [state, setState] = useState<"asking" | "working" | "done">("asking");
  const closed = useRef(false);
  useEffect(() => {
    closed.current = false;
    return () => {
      closed.current = true;
    };
  }, []);

  const note = (nodes: readonly Node[], outcome: Outcome) =>
    setOutcomes((was) => new Map([...was, ...nodes.map(({ id }) => [id, outcome] as const)]));
  const begin = async (choices: Choices) => {
    setState("working");
    const nodes = does.map(({ node }) => node);
    // A run of a playbook needs only one request, which queues the run on all machines or on none.
    const turns = action === "run" ? [nodes] : nodes.map((node) => [node]);
    for (const turn of turns) {
      if (closed.current) return;
      note(
        turn,
        await outcomeOf(() =>
          patiently(
            () => ask(client, action, turn, choices),
            (seconds) => {
              note(turn, { end: "done", text: `waits ${seconds} s: the limit per minute is reached` });
              return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
            },
            () => closed.current,
          ),
        ),
      );
    }
    setState("done");
  };
  return { outcomes, state, begin };
}

async function ask(
  client: Client,
  action: BulkAction,
  turn: readonly Node[],
  { profile, playbook, check, options }: Choices,
): Promise<string> {
  const [node] = turn;
  if (!node) return "";
  switch (action) {
    case "accept":
      await client.acceptNode({ node: node.id });
      return "accepted";
    case "arm":
      await client.armNode({ node: node.id, confirm: node.name, ...(profile && { profile }) });
      return "armed";
    case "wake":
      return (await client.wakeNode({ node: node.id })).message;
    case "run":
      await client.runPlaybook({ playbook, nodes: turn.map(({ id }) => id), check, ...options });
      return check ? "preview queued" : "queued";
  }
}

async function outcomeOf(done: () => Promise<string>): Promise<Outcome> {
  try {
    return { end: "done", text: await done() };
  } catch (error) {
    if (!(error instanceof ApiError)) return { end: "refused", text: "the daemon did not answer" };
    if (error.code === WAITS) return { end: "waits", text: "waits for the approval of another person", approvalId: error.approvalId };
    return { end: "refused", text: `${error.message}. ${error.hint}` };
  }
}
