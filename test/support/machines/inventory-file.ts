/** An inventory file as a person would write it, in its own folder. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Inventory } from "../../../daemon/machines/inventory/inventory.ts";
import { Variables } from "../../../daemon/machines/inventory/variables.ts";

export const BY_HAND = `# kept by hand
all:
  vars:
    site: cellar # not the attic
  children:
    # by rack
    region:
      children:
        rack4:
          vars:
            power: 16A
          hosts:
            # a stranger
            h1:
              ansible_host: 10.0.0.7
              token: !vault |
                $ANSIBLE_VAULT;1.1;AES256
                3132
    worker_nodes:
      hosts:
        n1:
          ansible_host: 10.0.0.1 # by cable
`;

export function written(t: TestContext, text = BY_HAND) {
  const folder = mkdtempSync(join(tmpdir(), "muster-variables-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "inventory.yaml");
  writeFileSync(path, text);
  const inventory = new Inventory(path);
  return { folder, path, inventory, variables: new Variables(inventory.file), text: () => readFileSync(path, "utf8") };
}
