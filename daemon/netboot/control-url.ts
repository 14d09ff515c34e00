/** Where the nodes of a network find the control API. */

interface Listening {
  url?: string | undefined;
  host: string;
  port: number;
}

export function controlUrl({ control }: { control: Listening }, network: { address: string } | undefined): string {
  if (control.url) return control.url.replace(/\/$/, "");
  const host = network?.address ?? (control.host === "0.0.0.0" ? "127.0.0.1" : control.host);
  return `http://${host}:${control.port}`;
}

/** Control's own URL. With port 0 the system chooses the port, so the URL is final only once control listens. */
export class ControlUrl {
  readonly #control: Listening;
  readonly #network: { address: string } | undefined;
  #port: number;

  constructor(control: Listening, network: { address: string } | undefined) {
    this.#control = control;
    this.#network = network;
    this.#port = control.port;
  }

  get now(): string {
    return controlUrl({ control: { ...this.#control, port: this.#port } }, this.#network);
  }

  listensOn(port: number): void {
    this.#port = port;
  }
}
