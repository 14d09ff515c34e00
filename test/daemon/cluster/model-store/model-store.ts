/** A folder of models for tests, with a web server that offers models in good and in bad ways. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Adding, addModel, type WantedModel } from "../../../../daemon/cluster/model-store/add-model.ts";
import { modelsFolder } from "../../../../daemon/cluster/model-store/model-folder.ts";

export const sha256Of = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

export interface TestStore {
  assets: string;
  /** Writes a source file next to the folder of models, and returns its path. */
  source(name: string, content: Buffer | string): string;
  add(wanted: Partial<WantedModel> & { source: string }, adding?: Partial<Adding>): ReturnType<typeof addModel>;
  /** The names of all files, the hidden ones included. */
  files(): string[];
}

export function testStore(t: TestContext): TestStore {
  const root = mkdtempSync(join(tmpdir(), "muster-models-"));
  t.after(() => rmSync(root, { recursive: true }));
  const assets = join(root, "assets");
  return {
    assets,
    source: (name, content) => {
      const file = join(root, name);
      writeFileSync(file, content);
      return file;
    },
    add: (wanted, adding = {}) =>
      addModel(
        { mostBytes: 1e9, ...wanted },
        { assets, signal: new AbortController().signal, progress: () => undefined, freeBytes: async () => 1e12, ...adding },
      ),
    files: () => (existsSync(modelsFolder(assets)) ? readdirSync(modelsFolder(assets)).sort() : []),
  };
}

export async function webServer(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
