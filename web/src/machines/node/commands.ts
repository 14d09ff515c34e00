/** Returns the terminal commands for the actions of the page. Pure. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { type Action, actionsFor } from "./actions.ts";

const commands: Record<Action, (name: string) => string> = {
  accept: (name) => `muster accept ${name}`,
  arm: (name) => `muster arm ${name} --confirm ${name}`,
  disarm: (name) => `muster disarm ${name}`,
  configure: (name) => `muster reprovision ${name}`,
  promote: (name) => `muster promote ${name}`,
  wake: (name) => `muster power on ${name}`,
  rescue: (name) => `muster rescue ${name}`,
  "end-rescue": (name) => `muster rescue ${name} --end`,
  wipe: (name) => `muster wipe ${name} --confirm ${name}`,
  retire: (name) => `muster retire ${name} --confirm ${name}`,
};

const commandFor = (action: Action, name: string): string => commands[action](name);

export function commandsFor({ name, macs, state, claims = [] }: Node): string[] {
  return [
    `muster node ${name}`,
    `muster explain ${macs[0]}`,
    `muster capture ${name}`,
    ...actionsFor(state.phase).map((action) => commandFor(action, name)),
    ...claims.map(({ id }) => `muster quarantine release ${id} --name NEW-NAME`),
  ];
}
