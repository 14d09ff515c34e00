/** Requests the healthy services from a Consul agent. Consul's catalogue is not used, because it also lists dead services. */
import { whyUnreached } from "./unreached.ts";

export interface Consul {
  url: string;
  token?: string | undefined;
}

export interface Service {
  name: string;
  address: string;
  port: number;
}

const MOST_SERVICES = 100;

/** The services with a passing HTTP check, with their names, or the reason why Consul did not answer. */
export type Passing = { services: Service[] } | { unreached: string };

export async function passingServices(consul: Consul, patienceMs: number): Promise<Passing> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const names = namesOf(await ask(consul, "/v1/health/state/passing", signal)).slice(0, MOST_SERVICES);
    const all = await Promise.all(
      names.map(async (name) => serviceOf(name, await ask(consul, `/v1/health/service/${encodeURIComponent(name)}?passing=true`, signal))),
    );
    return { services: all.filter((service) => service !== undefined) };
  } catch (error) {
    return { unreached: error instanceof NoAnswer ? error.message : whyUnreached(error, patienceMs) };
  }
}

/** The error for an answer that an authorized client would not receive from Consul. */
class NoAnswer extends Error {}

async function ask({ url, token }: Consul, path: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}${path}`, {
    signal,
    redirect: "manual",
    headers: token === undefined ? {} : { "x-consul-token": token },
  });
  if (response.status === 401 || response.status === 403)
    throw new NoAnswer(`it answered ${response.status}: cluster.consul.token_file is missing, or its token may not read health`);
  if (!response.ok) throw new NoAnswer(`it answered ${response.status}`);
  const body = listIn(await response.text());
  if (!body) throw new NoAnswer("its answer is not a list of services; check that it is Consul");
  return body.map((each) => Object(each) as Record<string, unknown>);
}

function listIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // the body is not JSON
  }
}

function namesOf(checks: Record<string, unknown>[]): string[] {
  const names = checks.flatMap(({ Type, ServiceName }) => (Type === "http" && typeof ServiceName === "string" ? [ServiceName] : []));
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** Returns the first healthy instance of a service. */
function serviceOf(name: string, entries: Record<string, unknown>[]): Service | undefined {
  const { Service, Node } = entries[0] ?? {};
  const { Address, Port } = Object(Service) as { Address?: unknown; Port?: unknown };
  const address = Address || (Object(Node) as { Address?: unknown }).Address;
  if (typeof address !== "string" || typeof Port !== "number" || Port < 1 || Port > 65535) return undefined;
  return { name, address, port: Port };
}
