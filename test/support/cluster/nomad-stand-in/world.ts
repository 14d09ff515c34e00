/** The tables of the stand-in with their indexes. Every write has an index of its own, wakes the waiting queries and is an event. */
import { EventEmitter } from "node:events";
import type { Allocation, Deployment, Evaluation, Job, Namespace, Node, Registration, Row, Variable } from "./rows.ts";

export interface Event {
  Topic: string;
  Type: string;
  Key: string;
  Namespace: string;
  FilterKeys: string[] | null;
  Index: number;
  Payload: Record<string, unknown>;
}

export interface Batch {
  Index: number;
  Events: Event[];
}

export interface Table<R extends Row> {
  readonly topic: string;
  rows: Map<string, R>;
  /** The index of the last change. */
  index: number;
}

const table = <R extends Row>(topic: string): Table<R> => ({ topic, rows: new Map<string, R>(), index: 1 });

/** As many batches as Nomad keeps by default. */
const MOST_BATCHES = 100;

export class World extends EventEmitter<{ change: [] }> {
  index = 10;
  batches: Batch[] = [];
  readonly jobs = table<Job>("Job");
  readonly evaluations = table<Evaluation>("Evaluation");
  readonly allocations = table<Allocation>("Allocation");
  readonly deployments = table<Deployment>("Deployment");
  readonly nodes = table<Node>("Node");
  readonly services = table<Registration>("Service");
  readonly variables = table<Variable>("Variable");
  readonly namespaces = table<Namespace>("Namespace");
  /** All versions of each job, the newest first. */
  readonly versions = new Map<string, Job[]>();
  readonly submissions = new Map<string, object>();

  constructor() {
    super();
    this.setMaxListeners(0);
  }

  /** Stores a row with the next index. `created` rows also get it as their first index. */
  put<R extends Row>(into: Table<R>, key: string, row: R, type: string, filterKeys: string[] = []): R {
    this.index += 1;
    if (!into.rows.has(key)) row.CreateIndex = this.index;
    row.ModifyIndex = this.index;
    into.rows.set(key, row);
    this.#changed(into, key, row, type, filterKeys);
    return row;
  }

  remove<R extends Row>(from: Table<R>, key: string, type: string): void {
    const row = from.rows.get(key);
    if (!row) return;
    this.index += 1;
    from.rows.delete(key);
    this.#changed(from, key, row, type, []);
  }

  /** A server whose state was restored from an old snapshot counts on from a lower index. */
  goBackTo(index: number): void {
    this.index = index;
    this.batches = [];
    for (const each of [this.jobs, this.evaluations, this.allocations, this.deployments, this.nodes, this.services]) {
      each.index = Math.min(each.index, index);
      for (const row of each.rows.values()) row.ModifyIndex = Math.min(row.ModifyIndex, index);
    }
    this.emit("change");
  }

  #changed<R extends Row>(of: Table<R>, key: string, row: R, type: string, filterKeys: string[]): void {
    of.index = this.index;
    const namespace = "Namespace" in row && typeof row.Namespace === "string" ? row.Namespace : "";
    const plain = of.topic === "Job" ? (JSON.parse(key) as string[])[1] : key;
    this.batches.push({
      Index: this.index,
      Events: [
        {
          Topic: of.topic,
          Type: type,
          Key: plain ?? key,
          Namespace: namespace,
          FilterKeys: filterKeys,
          Index: this.index,
          Payload: { [of.topic]: structuredClone(row) },
        },
      ],
    });
    this.batches = this.batches.slice(-MOST_BATCHES);
    this.emit("change");
  }
}

/** Jobs and variables are unique in their namespace only. */
export const keyOf = (namespace: string, name: string): string => JSON.stringify([namespace, name]);
