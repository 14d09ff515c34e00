/** Loads the descriptions of the tools, so that a person who approves a step knows what it does. */
import { useEffect, useState } from "react";
import type { Client } from "../../../daemon/contract/client.ts";
import { usePage } from "../parts/page-context.ts";

type Meanings = ReadonlyMap<string, string>;

const none: Meanings = new Map();
/** The tools change only with a restart of the daemon, so each session loads them once. */
const loaded = new WeakMap<Client, Promise<Meanings>>();

function meaningsFrom(client: Client): Promise<Meanings> {
  const known = loaded.get(client) ?? client.listTools().then(({ tools }) => new Map(tools.map((tool) => [tool.name, tool.description])));
  loaded.set(client, known);
  // After a failure, the next plan asks again. Until then, the plan shows its steps without descriptions.
  known.catch(() => loaded.delete(client));
  return known;
}

export function useToolMeanings(): Meanings {
  const { client } = usePage();
  const [meanings, setMeanings] = useState(none);
  useEffect(() => {
    let gone = false;
    meaningsFrom(client).then(
      (found) => {
        if (!gone) setMeanings(found);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [client]);
  return meanings;
}
