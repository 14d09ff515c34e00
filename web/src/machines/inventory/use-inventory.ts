/**
 * Polls the Ansible inventory every half minute. Users with the role viewer may not read the inventory, and they receive
 * the reason.
 */
import { useEffect, useState } from "react";
import type { InventoryView } from "../../../../daemon/contract/machines/inventory.ts";
import { usePage } from "../../parts/page-context.ts";

const AGAIN_MS = 30_000;

export function useInventory(): { inventory: InventoryView | undefined; refresh: () => void; refusal: string | undefined } {
  const { client, refusal } = usePage();
  const [inventory, setInventory] = useState<InventoryView>();
  const [failure, setFailure] = useState<string>();
  const [asked, setAsked] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` triggers the next request
  useEffect(() => {
    if (refusal !== undefined) return;
    let gone = false;
    const ask = () =>
      client.inventory().then(
        (view) => {
          if (gone) return;
          setInventory(view);
          setFailure(undefined);
        },
        (error: unknown) => gone || setFailure(error instanceof Error ? error.message : String(error)),
      );
    void ask();
    const timer = setInterval(() => void ask(), AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [client, refusal, asked]);
  return { inventory, refresh: () => setAsked((times) => times + 1), refusal: refusal ?? failure };
}
