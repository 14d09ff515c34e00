/** Manages one WebSocket to the daemon. The feed reconnects after a lost connection, and does not interpret frames. */
import { type ClientFrame, ServerFrame } from "../../../daemon/contract/frame.ts";
import { backoffMs } from "./backoff.ts";

export interface FeedHandlers {
  /**
   * Returns the last sequence number that the page has received. The feed calls this function before every connection
   * attempt.
   */
  since(): number;
  onFrame(frame: ServerFrame): void;
  onOpen(): void;
  onLost(): void;
  /** The daemon refuses the connection, because the session has ended, a proxy changed the origin, or too many feeds are open. */
  onRefused(reason: string): void;
  /** The page cannot parse a frame, because the page is older than the daemon. The feed stays closed. */
  onUnreadable(): void;
}

export interface Feed {
  /** Discarded while disconnected. Repeat it in `onOpen`. */
  send(frame: ClientFrame): void;
  close(): void;
}

/** If the page was hidden for longer than this time, the socket may be dead although no event reported it. */
const SUSPICIOUS_HIDDEN_MS = 20_000;
/** Codes with which the daemon refuses a connection. The reason says why: a policy violation, or too many connections. */
const REFUSED = [1008, 1013];
/** The daemon sends a hello frame every 15 s. If no frame arrives for this time, the connection counts as lost. */
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
      if (REFUSED.includes(code)) handlers.onRefused(reason);
      else handlers.onLost();
      // `onRefused` may have closed the feed, and a closed feed must not reconnect.
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
