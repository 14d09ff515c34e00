/** Asks a Consul agent which services are well. By health, not by catalogue: that one names what has long been dead. */
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

/** Those with a passing HTTP check, by name; undefined where Consul does not answer. */
export async function passingServices(consul: Consul, patienceMs: number): Promise<Service[] | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const names = namesOf(await ask(consul, "/v1/health/state/passing", signal)).slice(0, MOST_SERVICES);
    const all = await Promise.all(
      names.map(async (name) => serviceOf(name, await ask(consul, `/v1/health/service/${encodeURIComponent(name)}?passing=true`, signal))),
    );
    return all.filter((service) => service !== undefined);
  } catch {
    return undefined; // it is away, slow or no Consul: said to whoever looks
  }
}

async function ask({ url, token }: Consul, path: string, signal: AbortSignal): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${url}${path}`, {
    signal,
    redirect: "manual",
    headers: token === undefined ? {} : { "x-consul-token": token },
  });
  if (!response.ok) throw new Error(`Consul answered ${response.status}`);
  const body: unknown = await response.json();
  if (!Array.isArray(body)) throw new Error("Consul answered something else than a list");
  return body.map((each) => Object(each) as Record<string, unknown>);
}

function namesOf(checks: Record<string, unknown>[]): string[] {
  const names = checks.flatMap(({ Type, ServiceName }) => (Type === "http" && typeof ServiceName === "string" ? [ServiceName] : []));
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** The first instance that is well. */
function serviceOf(name: string, entries: Record<string, unknown>[]): Service | undefined {
  const { Service, Node } = entries[0] ?? {};
  const { Address, Port } = Object(Service) as { Address?: unknown; Port?: unknown };
  const address = Address || (Object(Node) as { Address?: unknown }).Address;
  if (typeof address !== "string" || typeof Port !== "number" || Port < 1 || Port > 65535) return undefined;
  return { name, address, port: Port };
}
