/** The servers of Consul or Nomad, which elect a leader. */
import * as z from "zod";

export const ClusterServer = z.object({
  name: z.string(),
  address: z.string(),
  /** `alive`, `leaving`, `left` or `failed`. */
  state: z.string(),
  leader: z.boolean(),
});
export type ClusterServer = z.output<typeof ClusterServer>;

export const Servers = z.object({
  /** The address of the leader. Missing if there is none. */
  leader: z.string().optional(),
  /** `needed` of `voters` servers must be alive to elect a leader. */
  quorum: z.object({ voters: z.int(), needed: z.int(), alive: z.int() }),
  servers: z.array(ClusterServer),
});
export type Servers = z.output<typeof Servers>;
