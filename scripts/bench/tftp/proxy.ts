/**
 * Simulates a bad network for TFTP, which loses 1 % and duplicates 2 % of the datagrams in both directions. The same
 * seed causes the same losses.
 * The program never loses or duplicates the datagrams that negotiate options. atftp aborts on a duplicate OACK from
 * any server, and aborted transfers would make the result less exact.
 * Usage: tftp-proxy.ts ADDRESS PORT SERVER-ADDRESS SERVER-PORT SEED.
 */
import { createSocket, type Socket } from "node:dgram";

const [address = "", port, serverAddress, serverPort, seed] = process.argv.slice(2);
const LOST = 0.01;
const TWICE = 0.02;
let state = Number(seed);

const ACK = 4;
const OACK = 6;
const agreeing = (bytes: Buffer) => bytes[1] === OACK || (bytes[1] === ACK && bytes.readUInt16BE(2) === 0);

function times(bytes: Buffer): 0 | 1 | 2 {
  if (agreeing(bytes)) return 1;
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  const dice = state / 2 ** 32;
  return dice < LOST ? 0 : dice < LOST + TWICE ? 2 : 1;
}

/** The key is the client's address and port, because a repeated request belongs to the same transfer. */
const sessions = new Map<string, Socket>();
const door = createSocket("udp4");
door.on("message", (bytes, client) => {
  const id = `${client.address} ${client.port}`;
  const session = sessions.get(id) ?? open(client);
  sessions.set(id, session);
  for (let n = times(bytes); n > 0; n--) session.send(bytes, Number(serverPort), serverAddress);
});
door.bind(Number(port), address);

/**
 * Opens the two sockets of a session. The client must see a single server port, and the server must see a single
 * client port.
 */
function open(client: { address: string; port: number }): Socket {
  const toServer = createSocket("udp4");
  const toClient = createSocket("udp4");
  let transferPort: number | undefined;
  toServer.on("message", (bytes, from) => {
    transferPort = from.port;
    for (let n = times(bytes); n > 0; n--) toClient.send(bytes, client.port, client.address);
  });
  toClient.bind(0, address);
  toClient.on("message", (bytes) => {
    if (transferPort === undefined) return;
    for (let n = times(bytes); n > 0; n--) toServer.send(bytes, transferPort, serverAddress);
  });
  return toServer;
}
