/** Fetches a file from its own server with a window, and prints its digest. Runs in a namespace with another MTU. */
import { createHash } from "node:crypto";
import { fetchFile, startFixture } from "./client.ts";

const fixture = await startFixture();
fixture.write("file", Buffer.alloc(300_000, "never the same twice "));
{
  await using client = await fixture.client();
  const fetched = await fetchFile(client, "file", { blockSize: 1468, window: 16 });
  console.log(createHash("sha256").update(fetched).digest("hex"));
}
await fixture.close();
