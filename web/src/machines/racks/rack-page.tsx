/** Shows the positions of machines in racks and rooms. The user moves machines by dragging, by clicks or by keyboard. */
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

  // When the user picks up a machine, the focus moves to a free place. Afterwards the focus returns to the machine.
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
  const release = (words: string) => {
    setHeld(undefined);
    setSaid(words);
  };
  const place = (wanted: Held, rack: string, row: number, column: number) =>
    attempt(async () => {
      const isRoom = racks.find(({ name }) => name === rack)?.kind === "room";
      await client.placeNode({ node: wanted.node, rack, row, column, height: isRoom ? 1 : wanted.height });
      await refresh();
      release(`${wanted.node} is in ${rack}, row ${row}.`);
    });
  const unplace = (node: string) =>
    attempt(async () => {
      await client.unplaceNode({ node });
      await refresh();
      release(`${node} is in no rack now.`);
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!held) return;
    if (event.key === "Escape") release(`${held.node} stays in its place.`);
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
    // biome-ignore lint/a11y/noStaticElementInteractions: this element only handles the keys that move a machine
    <section className={held ? "detail racks-page holding" : "detail racks-page"} ref={page} onKeyDown={onKeyDown}>
      <div className="counts">
        <h1>
          Racks <span className="count">{racks.length}</span>
        </h1>
        <RackForm onSaved={refresh} />
      </div>
      <Problem problem={refused} />
      <p className="unseen" role="status">
        {held
          ? `${held.node} is being moved. Arrow keys choose a place, Enter puts it there, Escape cancels, Delete removes it from the rack.`
          : said}
      </p>
      {held && <RackHand held={held} busy={busy} onHeld={setHeld} onUnplace={() => void unplace(held.node)} onCancel={() => release("")} />}
      {racks.length === 0 && (
        <p className="soft">
          No racks yet. Add a rack with its units or a room with its tiles, then place the machines. Racks show only the positions of
          machines: no action depends on a rack.
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
