/** Starts only Muster's TFTP server, for measurements. Usage: muster.ts ROOT ADDRESS PORT. */
import { startTftpServer } from "../../../pxe/tftp/server.ts";

const [root, address, port] = process.argv.slice(2);
if (!root || !address || !port) throw new Error("usage: muster.ts ROOT ADDRESS PORT");
const nothing = () => undefined;
const log = { debug: nothing, info: nothing, warn: console.error, error: console.error };
await startTftpServer({ root, address, port: Number(port), record: nothing, log });
