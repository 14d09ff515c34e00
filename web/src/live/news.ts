/**
 * Collects news for the user: actions of other people, results of jobs and executions, and alerts. The user's own actions
 * are not news. Pure.
 */
import type { Event } from "../../../daemon/contract/event.ts";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";

type EventFrame = Extract<ServerFrame, { type: "event" }>;

export interface NewsItem {
  seq: number;
  at: string;
  /** The type of the event, or `missed` for the summary of a replay. */
  type: string;
  text: string;
  about: { alert: true } | { job: string } | { node: string } | undefined;
  /** True if the event happened while the page was disconnected. A replayed event is listed, but it is not shown as a toast. */
  replayed: boolean;
}

export interface News {
  /** Newest first. */
  items: readonly NewsItem[];
  /** Events up to this sequence number are replayed events. */
  replayTo: number;
  /** The number of replayed news items, for a summary. There is no number if the page has just been opened. */
  missed: number | undefined;
}

const KEPT = 100;

export const noNews: News = { items: [], replayTo: 0, missed: undefined };

/** Matches the types of events whose summary begins or ends with the name of the person who acted. */
const byPeople =
  /^(node\.(accepted|armed|disarmed|retired|promoted|wake|rescue|rescue-ended|wipe-armed|placed|unplaced)|power\.asked|job\.(queued|cancel)|(schedule|quirk|key|rack)\.|quarantine\.(released|discarded)|inventory\.changed|approval\.(requested|answered)|dhcp\.given-back)/;
const endOfWork = /^(job|execution)\.(succeeded|failed|timed-out|cancelled|refused|rolled-back|partial)$/;
const others = /^(alert\.raised|approval\.(expired|dropped)|plan\.denied)$/;

/** Call this function when the feed opens, because the feed first replays the events up to `seq`. */
export const opened = (news: News, seq: number, again: boolean): News => ({ ...news, replayTo: seq, missed: again ? 0 : undefined });

export function takeNews(news: News, frame: EventFrame, me: string): News {
  const replayed = frame.seq <= news.replayTo;
  const item = itemOf(frame, me, replayed);
  const missed = news.missed === undefined || !item || !replayed ? news.missed : news.missed + 1;
  const over = missed !== undefined && frame.seq >= news.replayTo;
  const summary = over && missed > 0 ? [summaryOf(missed, frame)] : [];
  if (!item && !over) return news;
  return { ...news, missed: over ? undefined : missed, items: [...summary, ...(item ? [item] : []), ...news.items].slice(0, KEPT) };
}

function itemOf({ seq, event, node, job }: EventFrame, me: string, replayed: boolean): NewsItem | undefined {
  const { type, summary, at } = event;
  const people = byPeople.test(type);
  if (!people && !endOfWork.test(type) && !others.test(type)) return undefined;
  if (isBy(summary, me)) return undefined;
  const who =
    job && endOfWork.test(type) ? `${job.playbook} on ${job.nodeName}: ` : node && !summary.includes(node.name) ? `${node.name}: ` : "";
  return {
    seq,
    at,
    type,
    text: `${who}${summary}`,
    about: aboutOf(event, node?.name),
    replayed,
  };
}

function aboutOf({ type, jobId }: Event, node: string | undefined): NewsItem["about"] {
  if (type === "alert.raised") return { alert: true };
  if (jobId !== undefined) return { job: jobId };
  return node === undefined ? undefined : { node };
}

/** Matches summaries such as "accepted by alice as n1", "site.yml queued by alice" and "alice said yes; …". */
export function isBy(summary: string, name: string): boolean {
  if (summary.startsWith(`${name} said `)) return true;
  for (let at = summary.indexOf(`by ${name}`); at !== -1; at = summary.indexOf(`by ${name}`, at + 1)) {
    if (/^($|[:;,]| as | before )/.test(summary.slice(at + 3 + name.length))) return true;
  }
  return false;
}

const summaryOf = (missed: number, { seq, event }: EventFrame): NewsItem => ({
  // The fraction sorts the summary between this event and the next event.
  seq: seq + 0.5,
  at: event.at,
  type: "missed",
  text: `${missed} ${missed === 1 ? "thing" : "things"} happened while the page was disconnected.`,
  about: undefined,
  replayed: false,
});
