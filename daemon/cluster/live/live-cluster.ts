/** The live model of the cluster. It follows Consul and Nomad from `start` to `stop`. */
import type { ClusterState } from "../../contract/cluster/cluster-state.ts";
import type { Standing } from "../../contract/cluster/standing.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Consul } from "../consul/consul.ts";
import type { Nomad } from "../nomad/nomad.ts";
import type { Timing } from "../wire/retry.ts";
import { clusterView } from "./cluster-view.ts";
import { type ConsulModel, consulParts, emptyConsul, reduceConsul } from "./consul-model.ts";
import { followConsul } from "./follow-consul.ts";
import { followNomad } from "./follow-nomad.ts";
import { emptyNomad, type NomadModel, nomadParts, reduceNomad } from "./nomad-model.ts";
import type { Part } from "./part.ts";
import { isWaiting, standingOf } from "./standing.ts";

export interface LiveOptions extends Omit<Timing, "signal"> {
  consul: Consul | undefined;
  nomad: Nomad | undefined;
  now?: () => number;
  /** Called when the state of a service changes. */
  changed?: (service: "Consul" | "Nomad", standing: Standing) => void;
  /** Called if the model can no longer follow a service because of a fault of Muster. */
  broken: (service: "Consul" | "Nomad", error: unknown) => void;
}

export class LiveCluster {
  readonly #options: LiveOptions;
  readonly #now: () => number;
  readonly #end = new AbortController();
  readonly #reported = new Map<"Consul" | "Nomad", string>();
  #consul: ConsulModel = emptyConsul;
  #nomad: NomadModel = emptyNomad;
  #following: Promise<unknown> = Promise.resolve();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#now = options.now ?? steadyMs;
  }

  /** Returns at once. The state says that there is no answer yet. */
  start(): void {
    const { consul, nomad, random, pause, broken } = this.#options;
    const timing = { signal: this.#end.signal, now: this.#now, ...(random && { random }), ...(pause && { pause }) };
    const followed = [
      consul &&
        followConsul(consul, timing, (news) => {
          this.#consul = reduceConsul(this.#consul, news, this.#now(), consul.tokenSetting);
          this.#tell("Consul", consulParts(this.#consul));
        }).catch((error: unknown) => broken("Consul", error)),
      nomad &&
        followNomad(nomad, { ...timing, before: () => this.#nomad.objects.value }, (news) => {
          this.#nomad = reduceNomad(this.#nomad, news, this.#now());
          this.#tell("Nomad", nomadParts(this.#nomad));
        }).catch((error: unknown) => broken("Nomad", error)),
    ];
    this.#following = Promise.all(followed);
  }

  state(): ClusterState {
    const { consul, nomad } = this.#options;
    return clusterView(consul && this.#consul, nomad && this.#nomad, this.#now());
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  #tell(service: "Consul" | "Nomad", parts: readonly Part<unknown>[]): void {
    const standing = standingOf(parts, this.#now());
    if (isWaiting(parts) || this.#reported.get(service) === standing.state) return;
    this.#reported.set(service, standing.state);
    this.#options.changed?.(service, standing);
  }
}
