/** Additions for a run on many nodes: a log for each node, and a cancel of one node without the others (decision 0011). */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import type { RunRequest } from "../../contract/jobs/run-messages.ts";
import { endedHosts } from "./recap.ts";
import { jobFolder, type RunFiles } from "./run-files.ts";

export const isWave = ({ members }: RunRequest): boolean => members.length > 1;

const logOf = (jobsDir: string, jobId: string): string => join(jobFolder(jobsDir, jobId), "output.log");

/** Writes the file for the callback and strategy plugins, before the run begins. */
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

/** The strategy plugin gives this node no further task. */
export function cancelNode(files: RunFiles, node: string): void {
  const nodes = cancelledNodes(files);
  if (!nodes.includes(node)) writeFileAtomic.sync(files.cancelled, JSON.stringify([...nodes, node]), { fsync: true });
}

/** True when each node of the wave has ended or is cancelled. The whole run can then be stopped. */
export function onlyCancelledLeft({ members }: RunRequest, files: RunFiles): boolean {
  const cancelled = new Set(cancelledNodes(files));
  if (cancelled.size === 0) return false;
  const ended = endedHosts(files.events);
  return members.every(({ node }) => cancelled.has(node) || ended.has(node));
}

/** Adds the error of a run that reached no node to the log of every member. */
export function logForMembers({ members }: RunRequest, jobsDir: string, text: string): void {
  for (const { jobId } of members) appendFileSync(logOf(jobsDir, jobId), `${text}\n`);
}
