/** Where machines stand, as a picture people arrange: by dragging, by clicks, or by the keyboard alone. */
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { type Held, nextIn, unplacedOf } from "./rack-picture.ts";
import "./racks.css";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { usePage, useView } from "../../parts/page-context.ts";
import { RackBox } from "./rack-box.tsx";
import { RackForm } from "./rack-form.tsx";
import { RackHand } from "./rack-hand.tsx";
import { RackTray } from "./rack-tray.tsx";
import { useRacks } from "./use-racks.ts";

export function RackPage() {
  const { client } = usePage();
  const { fleet, loaded } = useView();
  const { known, problem, refresh } = useRacks();
  const { attempt, busy, problem: refused } = useAttempt();
  const [held, setHeld] = useState<Held>();
  const [said, setSaid] = useState("");
  const page = useRef<HTMLElement>(null);
  const taken = held?.node;

  // The keyboard goes where it can be put down, and with it to where it was put.
  const wasTaken = useRef<string>(undefined);
  useLayoutEffect(() => {
    const machine = `[data-machine="${CSS.escape(wasTaken.current ?? "")}"] button`;
    if (taken !== undefined) page.current?.querySelector<HTMLElement>("[data-free]")?.focus();
    else if (wasTaken.current !== undefined) page.current?.querySelector<HTMLElement>(machine)?.focus();
    wasTaken.current = taken;
  }, [taken]);
  if (!known || !loaded) return problem ? <Problem problem={problem} /> : <p className="asking">Loading the racks…</p>;

  const { racks, places } = known;
  const unplaced = unplacedOf(fleet.nodes.values(), places);
  const pick = (node: string) => setHeld({ node, height: places.find((place) => place.node === node)?.height ?? 1 });
  const letGo = (words: string) => {
    setHeld(undefined);
    setSaid(words);
  };
  const place = (wanted: Held, rack: string, row: number, column: number) =>
    attempt(async () => {
      const isRoom = racks.find(({ name }) => name === rack)?.kind === "room";
      await client.placeNode({ node: wanted.node, rack, row, column, height: isRoom ? 1 : wanted.height });
      await refresh();
      letGo(`${wanted.node} stands in ${rack}, row ${row}.`);
    });
  const unplace = (node: string) =>
    attempt(async () => {
      await client.unplaceNode({ node });
      await refresh();
      letGo(`${node} stands nowhere now.`);
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!held) return;
    if (event.key === "Escape") letGo(`${held.node} stays where it was.`);
    else if (event.key === "Delete") void unplace(held.node);
    else {
      const free = [...(page.current?.querySelectorAll<HTMLElement>("[data-free]") ?? [])];
      const here = document.activeElement?.getBoundingClientRect();
      const next =
        here &&
        nextIn(
          event.key,
          here,
          free.map((each) => each.getBoundingClientRect()),
        );
      if (next === undefined) return;
      free[next]?.focus();
    }
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys walk over the buttons in it
    <section className={held ? "detail racks-page holding" : "detail racks-page"} ref={page} onKeyDown={onKeyDown}>
      <div className="counts">
        <h1>
          Racks <span className="count">{racks.length}</span>
        </h1>
        <RackForm onSaved={refresh} />
      </div>
      <Problem problem={refused} />
      <p className="unseen" role="status">
        {held ? `${held.node} is held. Arrow keys choose a place, Enter puts it there, Escape leaves it, Delete takes it out.` : said}
      </p>
      {held && <RackHand held={held} busy={busy} onHeld={setHeld} onUnplace={() => void unplace(held.node)} onCancel={() => letGo("")} />}
      {racks.length === 0 && (
        <p className="soft">
          No rack yet. Add a rack by its units or a room by its tiles, then put the machines where they stand: nothing but this picture and
          the words on their pages depends on it.
        </p>
      )}
      <div className="racks">
        {racks.map((rack) => (
          <RackBox
            key={rack.name}
            rack={rack}
            places={places.filter((each) => each.rack === rack.name)}
            held={held}
            onPick={pick}
            onPlace={(wanted, row, column) => void place(wanted, rack.name, row, column)}
            onChanged={refresh}
          />
        ))}
      </div>
      <RackTray nodes={unplaced} held={held} onPick={pick} onDropped={(node) => void unplace(node)} />
    </section>
  );
}
