/**
 * Fetches a file by TFTP with options as firmware does (RFC 1350, 2347, 2348, 2349, 7440). The client stops with an
 * error after several retries.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";

const [DATA, ACK, ERROR, OACK] = [3, 4, 5, 6];
const ASKED_BLOCK = 1468;
const ASKED_WINDOW = 4;
const REPEAT_MS = 1000;
const TRIES = 6;

export interface TftpQuestion {
  /** The machine's own address. */
  from: string;
  server: string;
  file: string;
}

/** Returns the number of bytes that were received. */
export async function fetchByTftp({ from, server, file }: TftpQuestion): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, from);
  await once(socket, "listening");
  const done = Promise.withResolvers<number>();
  let [port, block, window, length, bytes, inWindow, tries] = [69, 512, 1, -1, 0, 0, 0];
  let expected = 1;
  let say = request(file);
  const send = () => socket.send(say, port, server, () => undefined);
  const repeat = setInterval(() => {
    tries += 1;
    if (tries >= TRIES) done.reject(new Error(`TFTP ${file}: no answer`));
    else send();
  }, REPEAT_MS);
  const acknowledge = (number: number) => {
    say = Buffer.from([0, ACK, number >> 8, number & 255]);
    inWindow = 0;
    send();
  };
  socket.on("message", (packet, remote) => {
    if (port === 69) port = remote.port;
    if (remote.port !== port || packet.length < 4) return;
    tries = 0;
    const [code, number] = [packet.readUInt16BE(0), packet.readUInt16BE(2)];
    if (code === ERROR) done.reject(new Error(`TFTP ${file}: ${packet.toString("latin1", 4, packet.length - 1)}`));
    else if (code === OACK) {
      const options = agreed(packet);
      [block, window, length] = [options.get("blksize") ?? 512, options.get("windowsize") ?? 1, options.get("tsize") ?? -1];
      acknowledge(0);
    } else if (code === DATA) {
      if (number !== (expected & 0xffff)) return; // after the timeout, the last acknowledgement is sent again
      expected += 1;
      inWindow += 1;
      bytes += packet.length - 4;
      const isLast = packet.length - 4 < block;
      if (isLast || inWindow >= window) acknowledge(number);
      if (isLast) done.resolve(bytes);
    }
  });
  socket.on("error", () => undefined); // the port is closed while netboot restarts
  send();
  try {
    const got = await done.promise;
    if (length >= 0 && got !== length) throw new Error(`TFTP ${file}: ${got} bytes of ${length}`);
    return got;
  } finally {
    clearInterval(repeat);
    socket.close();
  }
}

function request(file: string): Buffer {
  const words = [file, "octet", "tsize", "0", "blksize", String(ASKED_BLOCK), "windowsize", String(ASKED_WINDOW)];
  return Buffer.concat([Buffer.of(0, 1), Buffer.from(words.map((word) => `${word}\0`).join(""), "latin1")]);
}

function agreed(packet: Buffer): Map<string, number> {
  const words = packet.toString("latin1", 2).split("\0");
  return new Map(words.flatMap((word, at) => (at % 2 === 0 && word !== "" ? [[word.toLowerCase(), Number(words[at + 1])] as const] : [])));
}
