/**
 * Shows the fleet as a table. Arrow keys move between machines, Enter opens a machine, and x selects it. The whole table is
 * a single Tab stop.
 */
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { type Membership, nowhere } from "../inventory/membership.ts";
import { columns, type FleetColumn, type FleetQuery } from "./fleet-query.ts";
import { NodeRow } from "./node-row.tsx";
import { nextKeys, type RowKeys } from "./row-keys.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

interface Props {
  nodes: readonly Node[];
  query: FleetQuery;
  onQuery: (change: Partial<FleetQuery>) => void;
  memberships: ReadonlyMap<string, Membership> | undefined;
  selected: ReadonlySet<string>;
  onSelect: (ids: readonly string[], on: boolean) => void;
}

const word: Record<FleetColumn, string> = {
  name: "Name",
  phase: "Phase",
  health: "Health",
  address: "Address",
  hardware: "Hardware",
  role: "Role",
  groups: "Groups",
  event: "Last event",
};

export function FleetTable({ nodes, query, onQuery, memberships, selected, onSelect }: Props) {
  const [activeId, setActiveId] = useState<string>();
  const lastMarked = useRef<string>(undefined);
  const keepFocus = useKeptFocus();
  const keys = useRowKeys(nodes);
  const active = nodes.find(({ id }) => id === activeId) ?? nodes[0];
  const all = nodes.length > 0 && nodes.every(({ id }) => selected.has(id));

  const walkTo = (to: number, row: HTMLElement) => {
    const next = nodes[Math.max(0, Math.min(nodes.length - 1, to))];
    if (!next) return;
    setActiveId(next.id);
    row
      .closest("tbody")
      ?.querySelector<HTMLElement>(`[data-id="${CSS.escape(next.id)}"] .row-name`)
      ?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-id]") : null;
    const here = nodes.findIndex(({ id }) => id === row?.dataset.id);
    if (!row || here === -1 || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Record<string, number> = {
      ArrowDown: here + 1,
      j: here + 1,
      ArrowUp: here - 1,
      k: here - 1,
      Home: 0,
      End: nodes.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) walkTo(to, row);
    else if (event.key === "x" && row.dataset.id !== undefined) onSelect([row.dataset.id], !selected.has(row.dataset.id));
    else return;
    event.preventDefault();
  };
  const order = useRef(nodes);
  order.current = nodes;
  const mark = useCallback(
    (id: string, on: boolean, through: boolean) => {
      const ids = order.current.map((node) => node.id);
      const [from, to] = [ids.indexOf(lastMarked.current ?? id), ids.indexOf(id)].sort((a, b) => a - b);
      lastMarked.current = id;
      onSelect(through && from !== undefined && from !== -1 && to !== undefined ? ids.slice(from, to + 1) : [id], on);
    },
    [onSelect],
  );

  return (
    <table className="fleet-table">
      <thead>
        <tr>
          <th scope="col" className="col-mark">
            <input
              type="checkbox"
              aria-label="Select all shown"
              checked={all}
              onChange={() =>
                onSelect(
                  nodes.map(({ id }) => id),
                  !all,
                )
              }
            />
          </th>
          {columns.map((column) => (
            <th key={column} scope="col" className={`col-${column}`} aria-sort={sorted(query, column)}>
              <button
                type="button"
                className="sort"
                onClick={() => onQuery({ sort: column, descending: query.sort === column && !query.descending })}
              >
                {word[column]}
                <span aria-hidden="true">{query.sort === column ? (query.descending ? " ↓" : " ↑") : ""}</span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={onKeyDown} onFocus={keepFocus}>
        {nodes.map((node) => (
          <NodeRow
            key={keys.get(node.id)}
            node={node}
            membership={memberships && (memberships.get(node.name) ?? nowhere)}
            active={node === active}
            selected={selected.has(node.id)}
            onMark={mark}
          />
        ))}
      </tbody>
    </table>
  );
}

function useRowKeys(nodes: readonly Node[]): RowKeys {
  const shown = useRef<RowKeys>(new Map());
  const keys = useMemo(
    () =>
      nextKeys(
        shown.current,
        nodes.map(({ id }) => id),
      ),
    [nodes],
  );
  // React may discard a render, so only the keys of a committed render count as shown.
  useLayoutEffect(() => {
    shown.current = keys;
  }, [keys]);
  return keys;
}

function sorted({ sort, descending }: FleetQuery, column: FleetColumn): "ascending" | "descending" | undefined {
  if (sort !== column) return undefined;
  return descending ? "descending" : "ascending";
}
