/** The services with a passing HTTP check, which are web pages. */
import { ClusterFailure, Unreadable } from "../../errors/cluster-failures.ts";
import type { ClusterCall } from "../wire/request.ts";
import type { Consul } from "./consul.ts";
import { checksInState, serviceHealth } from "./health.ts";

export interface WebService {
  name: string;
  address: string;
  port: number;
}

const MOST_SERVICES = 100;

/** The services, or the reason why Consul did not answer. */
export type Passing = { services: WebService[] } | { unreached: string };

export async function webServices(consul: Consul, call: ClusterCall): Promise<Passing> {
  try {
    const { value: checks } = await checksInState(consul, "passing", call);
    const names = checks.flatMap(({ Type, ServiceName }) => (Type === "http" && ServiceName !== "" ? [ServiceName] : []));
    const known = [...new Set(names)].sort().slice(0, MOST_SERVICES);
    const found = await Promise.all(known.map((name) => firstOf(consul, name, call)));
    return { services: found.filter((service) => service !== undefined) };
  } catch (error) {
    if (error instanceof ClusterFailure) return { unreached: error.reason };
    throw error;
  }
}

async function firstOf(consul: Consul, name: string, call: ClusterCall): Promise<WebService | undefined> {
  const [instance] = await serviceHealth(consul, name, { passing: true }, call).then(
    ({ value }) => value,
    (error: unknown) => {
      // One service with invalid data must not hide the others.
      if (error instanceof Unreadable) return [];
      throw error;
    },
  );
  if (!instance || instance.port < 1 || instance.port > 65535) return undefined;
  return { name, address: instance.address, port: instance.port };
}
