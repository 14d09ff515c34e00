/** Determines the URL at which the nodes of a network reach the control API. */

interface Addresses {
  admin: { control: { host: string; port: number } };
  machines: { call_home: { url?: string | undefined } };
}

export function controlUrl(
  { admin: { control }, machines }: Addresses,
  network: { address: string } | undefined,
  port: number = control.port,
): string {
  if (machines.call_home.url) return machines.call_home.url.replace(/\/$/, "");
  const host = network?.address ?? (control.host === "0.0.0.0" ? "127.0.0.1" : control.host);
  return `http://${host}:${port}`;
}

/**
 * The URL of the control process itself. With port 0 the system chooses the port, so the URL is final only when the
 * process listens.
 */
export class ControlUrl {
  readonly #addresses: Addresses;
  readonly #network: { address: string } | undefined;
  #port: number;

  constructor(addresses: Addresses, network: { address: string } | undefined) {
    this.#addresses = addresses;
    this.#network = network;
    this.#port = addresses.admin.control.port;
  }

  get now(): string {
    return controlUrl(this.#addresses, this.#network, this.#port);
  }

  listensOn(port: number): void {
    this.#port = port;
  }
}
