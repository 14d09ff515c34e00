/** One WebSocket to the daemon, opened again whenever it is lost. Knows nothing of what the frames mean. */
import { type ClientFrame, ServerFrame } from "../../../daemon/contract/frame.ts";
import { backoffMs } from "./backoff.ts";

export interface FeedHandlers {
  /** Where to go on: asked before every attempt. */
  since(): number;
  onFrame(frame: ServerFrame): void;
  onOpen(): void;
  onLost(): void;
  /** The daemon will not have us: the session has ended, or a proxy changed our origin. */
  onRefused(reason: string): void;
  /** A frame this page does not understand: it is older than the daemon. Nothing more will come. */
  onUnreadable(): void;
}

export interface Feed {
  /** Lost when not connected: `onOpen` is where to ask again. */
  send(frame: ClientFrame): void;
  close(): void;
}

/** A machine that slept this long may have a socket nobody told it is dead. */
const SUSPICIOUS_HIDDEN_MS = 20_000;
const POLICY_VIOLATION = 1008;
/** The daemon greets every 15 s: one that is silent for so long has gone without a word, as a machine without power does. */
const SILENCE_MS = 40_000;

export function openFeed(handlers: FeedHandlers): Feed {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let hiddenAt: number | undefined;

  const connect = () => {
    clearTimeout(timer);
    listenForSilence();
    const opening = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws?since=${handlers.since()}`);
    socket = opening;
    opening.addEventListener("open", () => socket === opening && handlers.onOpen());
    opening.addEventListener("message", ({ data }) => socket === opening && take(String(data)));
    opening.addEventListener("close", ({ code, reason }) => {
      if (socket !== opening) return;
      if (code === POLICY_VIOLATION) handlers.onRefused(reason);
      else handlers.onLost();
      // A refusal may have closed the feed for good.
      if (socket !== opening) return;
      timer = setTimeout(connect, backoffMs(failures, Math.random()));
      failures += 1;
    });
  };

  const take = (data: string) => {
    const frame = parse(data);
    if (!frame) {
      close();
      handlers.onUnreadable();
      return;
    }
    failures = 0;
    listenForSilence();
    handlers.onFrame(frame);
  };

  const renew = () => {
    const old = socket;
    connect();
    old?.close();
  };
  const listenForSilence = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      handlers.onLost();
      renew();
    }, SILENCE_MS);
  };
  const onVisibility = () => {
    if (document.hidden) hiddenAt = Date.now();
    else if (hiddenAt !== undefined && Date.now() - hiddenAt > SUSPICIOUS_HIDDEN_MS) renew();
  };
  addEventListener("online", renew);
  document.addEventListener("visibilitychange", onVisibility);

  const close = () => {
    clearTimeout(timer);
    clearTimeout(silence);
    removeEventListener("online", renew);
    document.removeEventListener("visibilitychange", onVisibility);
    const old = socket;
    socket = undefined;
    old?.close();
  };

  connect();
  return {
    send: (frame) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close,
  };
}

function parse(data: string): ServerFrame | undefined {
  try {
    return ServerFrame.parse(JSON.parse(data));
  } catch {
    return undefined;
  }
}
