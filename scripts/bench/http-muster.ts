/** Starts only Muster's boot HTTP server, for measurements. Usage: http-muster.ts FOLDER PORT. */
import { startBootHttpServer } from "../../pxe/http/server.ts";

const [assetsRoot, port] = process.argv.slice(2);
if (!assetsRoot || !port) throw new Error("usage: http-muster.ts FOLDER PORT");
const nothing = () => undefined;
await startBootHttpServer({
  host: "127.0.0.1",
  port: Number(port),
  assetsRoot,
  log: { debug: nothing, info: nothing, warn: console.error, error: console.error },
  source: {
    dhcpPlan: () => ({ netboot: false, reason: "" }),
    record: nothing,
    respond: () => ({ status: 404, contentType: "text/plain", body: "" }),
  },
});
