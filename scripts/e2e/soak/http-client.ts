/** Sends one HTTP request from a machine's own address, on a separate connection. */
import { request } from "node:http";

export interface HttpAnswer {
  status: number;
  body: string;
}

const TIMEOUT_MS = 15_000;

export function httpFrom(
  localAddress: string,
  url: string,
  asked: { headers?: Record<string, string>; json?: unknown } = {},
): Promise<HttpAnswer> {
  const body = asked.json === undefined ? undefined : JSON.stringify(asked.json);
  const headers = { connection: "close", ...(body !== undefined && { "content-type": "application/json" }), ...asked.headers };
  return new Promise((resolve, reject) => {
    const asking = request(url, { localAddress, agent: false, method: body === undefined ? "GET" : "POST", headers, timeout: TIMEOUT_MS });
    asking.once("response", (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (piece: string) => (text += piece));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.once("error", reject);
    });
    asking.once("timeout", () => asking.destroy(new Error(`HTTP ${new URL(url).pathname}: no answer`)));
    asking.once("error", reject);
    asking.end(body);
  });
}
