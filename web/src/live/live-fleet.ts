/** Loads the view once, updates it with the frames of the feed, and notifies listeners once per animation frame. */
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import type { Client } from "../../../daemon/contract/client.ts";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";
import { backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { type Feed, openFeed } from "./feed.ts";
import { loaded, takeApprovals, takeExecution, takeFrame, takeJob, takeTimeline } from "./fleet.ts";
import { LogFeed } from "./log-feed.ts";
import { opened, takeNews } from "./news.ts";
import { JobLog } from "./output/job-log.ts";
import { awayAtFirst } from "./processes.ts";
import { firstView, type View } from "./view.ts";

const ACTIVITY_EVENTS = 100;
/** The API returns at most this many events, the oldest first. A smaller limit would hide the newest events. */
const TIMELINE_EVENTS = 5000;

export class LiveFleet {
  /** The daemon's own log. The log is not part of the fleet's state. */
  readonly daemonLog = new LogFeed((frame) => this.#feed?.send(frame));
  readonly #client: Client;
  readonly #clock: Clock;
  /** The name of the logged-in user. The user's own actions are not shown as news. */
  readonly #me: string;
  #view: View = firstView;
  #feed: Feed | undefined;
  #stopped = true;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #notice: number | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(client: Client, clock: Clock, me: string) {
    this.#client = client;
    this.#me = me;
    this.#clock = clock;
  }

  start(): () => void {
    this.#stopped = false;
    void this.#load(0);
    return () => {
      this.#stopped = true;
      clearTimeout(this.#retry);
      this.#feed?.close();
      this.#feed = undefined;
    };
  }

  readonly view = (): View => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async openTimeline(nodeId: string): Promise<void> {
    const events = await this.#client.nodeEvents({ node: nodeId, limit: TIMELINE_EVENTS });
    this.#change({ fleet: takeTimeline(this.#view.fleet, nodeId, events) });
  }

  /** Loads a job that is too old for the list. */
  async fetchJob(id: string): Promise<void> {
    const job = await this.#client.getJob({ id });
    if (!this.#view.fleet.jobs.has(id)) this.#change({ fleet: takeJob(this.#view.fleet, job) });
  }

  /** Loads a plan with its approval and its execution. */
  async openPlan(id: string): Promise<void> {
    const { work, approval, execution } = await this.#client.getPlan({ id });
    this.#knowWork(work);
    if (approval) this.takeApproval(approval);
    if (execution) this.takeExecution(execution);
  }

  /** Loads an approval that is too old for the list. */
  async fetchApproval(id: string): Promise<void> {
    const { approval, work, signedVotes } = await this.#client.getApproval({ id });
    this.#knowWork(work);
    this.#change({ signedVotes });
    this.takeApproval(approval);
  }

  /** Loads an execution with the output of its steps, which the list omits. */
  async fetchExecution(id: string): Promise<void> {
    this.takeExecution(await this.#client.getExecution({ id }));
  }

  /** Stores the approval from an answer of the daemon. */
  takeApproval(approval: Approval): void {
    this.#change({ fleet: takeApprovals(this.#view.fleet, [approval]) });
  }

  takeExecution(execution: Execution): void {
    this.#change({ fleet: takeExecution(this.#view.fleet, execution) });
  }

  #knowWork(work: PlannedWork): void {
    this.#change({ works: new Map(this.#view.works).set(work.id, work) });
  }

  /** Streams the output of a job from its beginning. The returned function stops the stream. */
  watch(jobId: string): () => void {
    this.#change({ logs: new Map(this.#view.logs).set(jobId, new JobLog()) });
    this.#feed?.send({ type: "watch", jobId, after: 0 });
    return () => {
      this.#feed?.send({ type: "unwatch", jobId });
      const logs = new Map(this.#view.logs);
      logs.delete(jobId);
      this.#change({ logs });
    };
  }

  async #load(failures: number): Promise<void> {
    try {
      // The sequence number is read first, so that the feed replays later changes. Applying a state twice is harmless.
      const status = await this.#client.status();
      const [nodes, jobs, approvals, executions, events] = await Promise.all([
        this.#client.listNodes(),
        this.#client.listJobs({}),
        this.#client.listApprovals({}),
        this.#client.listExecutions({}),
        this.#client.listEvents({ since: Math.max(0, status.seq - ACTIVITY_EVENTS), limit: ACTIVITY_EVENTS }),
      ]);
      if (this.#stopped) return;
      this.#change({
        loaded: true,
        status,
        fleet: loaded(status.seq, nodes, jobs, events, awayAtFirst(status), { approvals, executions }),
      });
      this.#connect();
    } catch (error) {
      if (this.#stopped) return;
      this.#lost(error instanceof Error ? error.message : String(error));
      this.#retry = setTimeout(() => void this.#load(failures + 1), backoffMs(failures, Math.random()));
    }
  }

  #connect(): void {
    this.#feed = openFeed({
      since: () => this.#view.fleet.seq,
      onOpen: () => {
        this.daemonLog.reopened();
        if (this.#view.connection.kind === "reconnecting") void this.#askAgain();
        for (const [jobId, { next, end }] of this.#view.logs) if (!end) this.#feed?.send({ type: "watch", jobId, after: next });
      },
      onFrame: (frame) => this.#take(frame),
      onLost: () => this.#lost(),
      onRefused: (reason) => {
        this.#lost(reason);
        // If the session has ended, `whoami` returns 401. The owner of the client handles the end of the session.
        void this.#client.whoami().catch(() => undefined);
      },
      onUnreadable: () => this.#change({ connection: { kind: "outdated" } }),
    });
  }

  #take(frame: ServerFrame): void {
    if (frame.type === "daemon_log") {
      this.daemonLog.take(frame);
      return;
    }
    if (frame.type === "log") {
      const log = this.#view.logs.get(frame.jobId);
      // New output is added to the existing log object. A new map signals the change to the listeners.
      if (log?.take(frame)) this.#change({ logs: new Map(this.#view.logs) });
      return;
    }
    if (frame.type === "approval_request" || frame.type === "approval_response") {
      this.takeApproval(frame.approval);
      return;
    }
    // The page ignores frames such as refused votes, because the page sends votes as HTTP requests.
    if (frame.type !== "hello" && frame.type !== "event") return;
    if (frame.type === "hello") this.#clock.set(frame.at);
    const { fleet, news, connection } = this.#view;
    const taken = takeFrame(fleet, frame);
    if (taken.kind === "load-afresh") {
      this.#loadAfresh(taken.reason);
      return;
    }
    const isNew = frame.type === "event" && taken.fleet !== fleet;
    const isFirst = frame.type === "hello" && connection.kind !== "live";
    this.#change({
      fleet: taken.fleet,
      connection: { kind: "live" },
      ...(isNew && { news: takeNews(news, frame, this.#me) }),
      ...(isFirst && { news: opened(news, frame.seq, connection.kind === "reconnecting") }),
    });
  }

  /** Loads the approvals again, because the feed does not replay the approval frames after a lost connection. */
  async #askAgain(): Promise<void> {
    try {
      const approvals = await this.#client.listApprovals({});
      this.#change({ fleet: takeApprovals(this.#view.fleet, approvals) });
    } catch (error) {
      if (!this.#stopped) this.#loadAfresh(error instanceof Error ? error.message : String(error));
    }
  }

  #loadAfresh(reason: string): void {
    this.#feed?.close();
    this.#lost(reason);
    void this.#load(0);
  }

  #lost(reason?: string): void {
    const { connection } = this.#view;
    const sinceMs = connection.kind === "reconnecting" ? connection.sinceMs : this.#clock.nowMs();
    this.#change({ connection: { kind: "reconnecting", sinceMs, ...(reason && { reason }) } });
  }

  #change(part: Partial<View>): void {
    this.#view = { ...this.#view, ...part };
    // A replay of a thousand events causes only a few updates, and a hidden page is not drawn at all.
    this.#notice ??= requestAnimationFrame(() => {
      this.#notice = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}
