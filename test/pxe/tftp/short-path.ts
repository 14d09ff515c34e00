/** Fetches a file from a server of its own, with a window, and prints its digest. To be run where packets must be short. */
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
