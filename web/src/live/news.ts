/** What is news to whoever looks: what other people did, how work ended, alerts. Their own acts are not. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";

type EventFrame = Extract<ServerFrame, { type: "event" }>;

export interface NewsItem {
  seq: number;
  at: string;
  /** The type of the event; `missed` for the summary of a replay. */
  type: string;
  text: string;
  about: { alert: true } | { job: string } | { node: string } | undefined;
  /** It happened while nobody heard the daemon: it is listed, and not told by itself. */
  replayed: boolean;
}

export interface News {
  /** Newest first. */
  items: readonly NewsItem[];
  /** What comes up to this number is a replay. */
  replayTo: number;
  /** Replayed so far, to be told in one sentence; undefined where nothing was missed because the page has only opened. */
  missed: number | undefined;
}

const KEPT = 100;

export const noNews: News = { items: [], replayTo: 0, missed: undefined };

/** Each of these names who did it at the end of its summary or at its beginning. */
const byPeople =
  /^(node\.(accepted|armed|disarmed|retired|promoted|wake|rescue|rescue-ended|wipe-armed|placed|unplaced)|power\.asked|job\.(queued|cancel)|(schedule|quirk|key|rack)\.|quarantine\.(released|discarded)|inventory\.changed|approval\.(requested|answered)|dhcp\.given-back)/;
const endOfWork = /^(job|execution)\.(succeeded|failed|timed-out|cancelled|refused|rolled-back|partial)$/;
const told = /^(alert\.raised|approval\.(expired|dropped)|plan\.denied)$/;

/** The feed is open: what is behind `seq` comes again first. */
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
  if (!people && !endOfWork.test(type) && !told.test(type)) return undefined;
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

/** "accepted by alice as n1", "site.yml queued by alice", "alice said yes; …". */
export function isBy(summary: string, name: string): boolean {
  if (summary.startsWith(`${name} said `)) return true;
  for (let at = summary.indexOf(`by ${name}`); at !== -1; at = summary.indexOf(`by ${name}`, at + 1)) {
    if (/^($|[:;,]| as | before )/.test(summary.slice(at + 3 + name.length))) return true;
  }
  return false;
}

const summaryOf = (missed: number, { seq, event }: EventFrame): NewsItem => ({
  // Between this event and the next.
  seq: seq + 0.5,
  at: event.at,
  type: "missed",
  text: `${missed} ${missed === 1 ? "thing" : "things"} happened while the daemon was not heard.`,
  about: undefined,
  replayed: false,
});
