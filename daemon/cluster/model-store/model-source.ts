/** Opens the file or the web address from which a model is added. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Agent, fetch, type Response } from "undici";
import { ModelName } from "../../contract/cluster/model.ts";
import { MusterError } from "../../errors/errors.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
/** A server that sends nothing for this time is given up. */
const SILENT_MS = 60_000;

export interface ModelSource {
  /** Undefined if the server does not state the length. */
  bytes: number | undefined;
  content: AsyncIterable<Uint8Array>;
  /** The name of the source for messages, without secrets. */
  shown: string;
  close(): Promise<void>;
}

export const isAddress = (source: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(source);

/** Derives the name of a model from the name of its file. */
export function nameFor(source: string): ModelName {
  const path = isAddress(source) ? addressOf(source).pathname : source;
  const name = basename(path)
    .replace(/\.gguf$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .slice(0, 62)
    .replace(/^[.-]+|[.-]+$/g, "");
  const parsed = ModelName.safeParse(name);
  if (!parsed.success) throw new MusterError("REQUEST_INVALID", `--name: no name can be derived from ${basename(path) || "this source"}`);
  return parsed.data;
}

export function openSource(source: string, signal: AbortSignal): Promise<ModelSource> {
  return isAddress(source) ? download(addressOf(source), signal) : openFile(source);
}

async function openFile(file: string): Promise<ModelSource> {
  const stats = await stat(file).catch((cause: unknown) => {
    throw new MusterError("REQUEST_INVALID", `the file ${file} cannot be read`, { cause });
  });
  if (!stats.isFile()) throw new MusterError("REQUEST_INVALID", `${file} is not a regular file`);
  return { bytes: stats.size, content: contentOfFile(file), shown: file, close: async () => undefined };
}

/** Opens the file when its first bytes are requested. */
async function* contentOfFile(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: 1 << 20 });
}

function addressOf(text: string): URL {
  if (!URL.canParse(text)) throw new MusterError("REQUEST_INVALID", `${text} is not a web address`);
  const address = new URL(text);
  if (address.protocol !== "http:" && address.protocol !== "https:")
    throw new MusterError("REQUEST_INVALID", `${shown(address)}: only addresses with http or https are allowed`);
  if (address.username !== "" || address.password !== "")
    throw new MusterError("REQUEST_INVALID", `${shown(address)}: an address with a user name or a password is not allowed`);
  return address;
}

async function download(address: URL, signal: AbortSignal): Promise<ModelSource> {
  const dispatcher = new Agent({ headersTimeout: SILENT_MS, bodyTimeout: SILENT_MS });
  const close = () => dispatcher.destroy();
  try {
    return { ...(await request(address, signal, dispatcher)), shown: shown(address), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function request(first: URL, signal: AbortSignal, dispatcher: Agent): Promise<Pick<ModelSource, "bytes" | "content">> {
  let address = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await fetch(address, {
      ...{ redirect: "manual", signal, dispatcher },
      headers: { "accept-encoding": "identity", "user-agent": "muster" },
    }).catch((cause: unknown) => {
      if (signal.aborted) throw cause;
      throw new MusterError("MODEL_NOT_FETCHED", `${shown(address)} cannot be fetched`, { cause });
    });
    if (!REDIRECTS.includes(response.status)) return contentOf(address, response, signal);
    await response.body?.cancel();
    address = redirected(address, response.headers.get("location"));
  }
  throw new MusterError("MODEL_NOT_FETCHED", `${shown(first)} redirects more than ${MOST_REDIRECTS} times`);
}

/** A redirect from https to http would give up the protection of the first address. */
function redirected(from: URL, location: string | null): URL {
  if (location === null || !URL.canParse(location, from.href))
    throw new MusterError("MODEL_NOT_FETCHED", `${shown(from)} redirects without a valid address`);
  const to = new URL(location, from);
  if (to.protocol !== from.protocol)
    throw new MusterError("MODEL_NOT_FETCHED", `${shown(from)} redirects from ${from.protocol} to ${to.protocol}, which is not allowed`);
  return addressOf(to.href);
}

function contentOf(address: URL, { status, statusText, headers, body }: Response, signal: AbortSignal) {
  if (status !== 200 || body === null)
    throw new MusterError("MODEL_NOT_FETCHED", `${shown(address)} answered ${status} ${statusText}`.trimEnd());
  const length = headers.get("content-length");
  return {
    bytes: length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    content: contentOfBody(address, body, signal),
  };
}

async function* contentOfBody(address: URL, body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new MusterError("MODEL_NOT_FETCHED", `${shown(address)} stopped before its end`, { cause });
  }
}

/** Without the query, which may contain a secret. */
const shown = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;
