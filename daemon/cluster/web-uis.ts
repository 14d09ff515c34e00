/** Lists the web pages of Consul, Nomad and services with a passing HTTP check, and the configured links. */
import { isIPv6 } from "node:net";
import type { WebUi } from "../contract/cluster/web-ui.ts";
import { ClusterFailure, Unreachable } from "../errors/cluster-failures.ts";
import { steadyMs } from "../errors/steady-clock.ts";
import type { Consul } from "./consul/consul.ts";
import { webServices } from "./consul/web-services.ts";
import type { Nomad } from "./nomad/nomad.ts";
import { nomadLeader } from "./nomad/status.ts";
import type { ClusterCall } from "./wire/request.ts";

export interface KnownServices {
  consul?: Consul | undefined;
  nomad?: Nomad | undefined;
  links: readonly { name: string; url: string }[];
  /** Called when Consul or Nomad becomes unreachable, when the reason changes, and when the service is reachable again. */
  changed?: (service: "Consul" | "Nomad", unreached: string | undefined) => void;
}

export interface WebUis {
  /** False if Consul is configured but does not answer. */
  complete: boolean;
  pages: WebUi[];
}

const FRESH_MS = 30_000;
const PATIENCE_MS = 3000;

export class WebUiFinder {
  readonly #known: KnownServices;
  readonly #reported = new Map<"Consul" | "Nomad", string | undefined>();
  readonly #call: ClusterCall = { signal: new AbortController().signal, timeoutMs: PATIENCE_MS };
  #last: { at: number; found: Promise<WebUis> } | undefined;

  constructor(known: KnownServices) {
    this.#known = known;
  }

  /** Returns the list of pages. An answer is reused for half a minute to limit the load on Consul. */
  find(now = steadyMs()): Promise<WebUis> {
    if (!this.#last || now - this.#last.at > FRESH_MS) this.#last = { at: now, found: this.#look() };
    return this.#last.found;
  }

  async #look(): Promise<WebUis> {
    const { consul, nomad, links } = this.#known;
    const [passing, nomadUnreached] = await Promise.all([
      consul && webServices(consul, this.#call),
      nomad && whyNoAnswer(nomad, this.#call),
    ]);
    const consulUnreached = passing && "unreached" in passing ? passing.unreached : undefined;
    this.#tell("Consul", consulUnreached);
    this.#tell("Nomad", nomadUnreached);
    const services = passing && "services" in passing ? passing.services : [];
    const pages: WebUi[] = [
      ...(consul ? [pageOf("Consul", `${consul.url}/ui`, consulUnreached)] : []),
      ...(nomad ? [pageOf("Nomad", nomad.url, nomadUnreached)] : []),
      ...services.map(({ name, address, port }) => pageOf(name, `http://${isIPv6(address) ? `[${address}]` : address}:${port}`)),
      ...links.map(({ name, url }) => ({ name, url })),
    ];
    return { complete: consulUnreached === undefined, pages: pages.filter(({ url }) => URL.canParse(url)) };
  }

  #tell(service: "Consul" | "Nomad", unreached: string | undefined): void {
    if (this.#reported.get(service) === unreached) return;
    this.#reported.set(service, unreached);
    this.#known.changed?.(service, unreached);
  }
}

const pageOf = (name: string, url: string, unreached?: string): WebUi =>
  unreached === undefined
    ? { name, url, status: "reachable" }
    : { name: `${name} (Not Reachable)`, url, status: "unreachable", reason: unreached };

/**
 * Returns the reason why a server gives no HTTP answer. Every HTTP answer counts as reachable, even an answer that asks
 * for a token.
 */
const whyNoAnswer = (nomad: Nomad, call: ClusterCall): Promise<string | undefined> =>
  nomadLeader(nomad, call).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Unreachable) return error.reason;
      if (error instanceof ClusterFailure) return undefined;
      throw error;
    },
  );
