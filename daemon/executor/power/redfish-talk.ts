/** Implements one session with a Redfish service, from login to logout. The certificate is checked before any data is sent. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { MusterError } from "../../errors/errors.ts";
import { complaintIn } from "../../machines/power/redfish.ts";
import type { SettingOf } from "../../machines/power/settings.ts";

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: unknown;
}

const MOST_BYTES = 1_000_000;

export class RedfishTalk {
  readonly #base: URL;
  readonly #setting: SettingOf<"redfish">;
  readonly #signal: AbortSignal;
  #authorization: Record<string, string> = {};

  constructor(setting: SettingOf<"redfish">, signal: AbortSignal) {
    const { address } = setting;
    this.#base = new URL(address.includes("://") ? address : `https://${address.includes(":") ? `[${address}]` : address}`);
    this.#setting = setting;
    this.#signal = signal;
  }

  /**
   * Logs in and returns a function that logs out. If the service supports no sessions, each request uses HTTP basic
   * authentication.
   */
  async logIn(sessions: string | undefined, password: string): Promise<() => Promise<void>> {
    const { user } = this.#setting;
    const basic = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
    const answer = sessions === undefined ? undefined : await this.#send("POST", sessions, { UserName: user, Password: password });
    if (!answer || [404, 405, 501].includes(answer.status)) {
      this.#authorization = basic;
      return async () => undefined;
    }
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) throw this.#refused(answer);
    const token = answer.headers["x-auth-token"];
    const { location } = answer.headers;
    if (answer.status >= 300 || typeof token !== "string" || location === undefined) throw this.#failed("logging in", answer);
    this.#authorization = { "x-auth-token": token };
    return async () => {
      await this.#send("DELETE", location);
    };
  }

  async ask(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const answer = await this.#send(method, path, body);
    if (answer.status === 401 || answer.status === 403) throw this.#refused(answer);
    if (answer.status >= 300) throw this.#failed(`${method} ${path}`, answer);
    return answer.body;
  }

  async #send(method: string, path: string, body?: object): Promise<Answer> {
    const url = new URL(path, this.#base);
    // Throws an error if the address is on another host, because the login data must not be sent there.
    if (url.origin !== this.#base.origin) throw new MusterError("POWER_FAILED", `the BMC refers to another host, ${url.origin}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: "application/json",
      "odata-version": "4.0",
      ...this.#authorization,
      ...(text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
    };
    try {
      const socket = url.protocol === "https:" ? await this.#secured(url) : undefined;
      const options = { method, headers, signal: this.#signal, ...(socket && { createConnection: () => socket }) };
      const address = new URL(url);
      address.protocol = "http:"; // The encrypted connection already exists.
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest(socket ? address : url, options, resolve)
          .once("error", reject)
          .end(text);
      });
      return { status: response.statusCode ?? 0, headers: response.headers, body: await read(response) };
    } catch (cause) {
      if (cause instanceof MusterError) throw cause;
      throw new MusterError("POWER_UNREACHABLE", `the BMC at ${this.#base.host} did not answer`, { cause });
    }
  }

  #secured({ hostname, port }: URL): Promise<Socket> {
    const host = hostname.replace(/^\[|\]$/g, "");
    const { certificate_sha256: pinned } = this.#setting;
    return new Promise((resolve, reject) => {
      const socket = tlsConnect({ host, port: Number(port) || 443, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }, () => {
        const shown = socket.getPeerX509Certificate()?.fingerprint256 ?? "";
        if (pinned === undefined ? socket.authorized : plain(pinned) === plain(shown)) return resolve(socket);
        socket.destroy();
        const why = pinned === undefined ? `is not trusted (${socket.authorizationError})` : "is not the one of `certificate_sha256`";
        reject(new MusterError("POWER_LOGIN_REFUSED", `the certificate of the BMC at ${host} ${why}; its SHA-256 is ${shown}`));
      });
      socket.once("error", reject);
      this.#signal.addEventListener("abort", () => socket.destroy(new Error("the time is up")), { once: true });
    });
  }

  #refused({ status, body }: Answer): MusterError {
    const said = complaintIn(body);
    return new MusterError(
      "POWER_LOGIN_REFUSED",
      `the BMC at ${this.#base.host} refused ${this.#setting.user}: ${status}${said === undefined ? "" : `, ${said}`}`,
    );
  }

  #failed(what: string, { status, body }: Answer): MusterError {
    return new MusterError("POWER_FAILED", `the BMC at ${this.#base.host} failed at ${what}: ${complaintIn(body) ?? `HTTP ${status}`}`);
  }
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(":", "").toLowerCase();

async function read(response: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > MOST_BYTES) throw new MusterError("POWER_FAILED", "the answer of the BMC is larger than a megabyte");
  }
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    // The response is not JSON, for example a web page of a proxy. The status code is sufficient.
    return undefined;
  }
}
