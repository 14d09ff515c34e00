/**
 * Adds functions for a run on many nodes. Each node has its own log, and one node can be cancelled without the others
 * (decision 0011).
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import type { RunRequest } from "../../contract/jobs/run-messages.ts";
import { endedHosts } from "./recap.ts";
import { jobFolder, type RunFiles } from "./run-files.ts";

export const isWave = ({ members }: RunRequest): boolean => members.length > 1;

const logOf = (jobsDir: string, jobId: string): string => join(jobFolder(jobsDir, jobId), "output.log");

/** Writes the file that the callback and strategy plugins read. Call this function before the run starts. */
export async function describeWave(
  { members }: RunRequest,
  files: RunFiles,
  { jobsDir, outputLimitBytes, graceMs }: { jobsDir: string; outputLimitBytes: number; graceMs: number },
): Promise<void> {
  const description = {
    hosts: Object.fromEntries(members.map(({ node, jobId }) => [node, logOf(jobsDir, jobId)])),
    limitBytes: outputLimitBytes,
    cancelled: files.cancelled,
    graceSeconds: graceMs / 1000,
    nodeLog: join(import.meta.dirname, "node-log.py"),
  };
  await writeFileAtomic(files.wave, JSON.stringify(description));
}

const cancelledNodes = ({ cancelled }: RunFiles): string[] =>
  existsSync(cancelled) ? z.array(z.string()).parse(JSON.parse(readFileSync(cancelled, "utf8"))) : [];

/** Cancels one node. The strategy plugin then gives this node no further tasks. */
export function cancelNode(files: RunFiles, node: string): void {
  const nodes = cancelledNodes(files);
  if (!nodes.includes(node)) writeFileAtomic.sync(files.cancelled, JSON.stringify([...nodes, node]), { fsync: true });
}

/** Returns true if each node of the wave has ended or is cancelled. The whole run can then be stopped. */
export function onlyCancelledLeft({ members }: RunRequest, files: RunFiles): boolean {
  const cancelled = new Set(cancelledNodes(files));
  if (cancelled.size === 0) return false;
  const ended = endedHosts(files.events);
  return members.every(({ node }) => cancelled.has(node) || ended.has(node));
}

/** If a run reached no node, adds the error to the log of each node. */
export function logForMembers({ members }: RunRequest, jobsDir: string, text: string): void {
  for (const { jobId } of members) appendFileSync(logOf(jobsDir, jobId), `${text}\n`);
}
