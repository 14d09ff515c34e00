/** The model of Nomad: its objects and its servers. The streams and queries are in `follow-nomad.ts`. */
import type { ClusterFailure } from "../../errors/cluster-failures.ts";
import type { EventNews } from "../nomad/streams/follow-events.ts";
import { reduceServers } from "./consul-model.ts";
import { applyEvent, type NomadObjects } from "./nomad-objects.ts";
import { confirmedPart, failedPart, listedPart, type Part } from "./part.ts";
import type { ServerNews } from "./servers.ts";

export interface NomadModel {
  objects: Part<NomadObjects>;
  servers: Part<ServerNews>;
}

export const emptyNomad: NomadModel = { objects: {}, servers: {} };

export const nomadParts = ({ objects, servers }: NomadModel): Part<unknown>[] => [servers, objects];

export type NomadNews = { part: "objects"; news: EventNews<NomadObjects> } | { part: "servers"; news: ServerNews | ClusterFailure };

export function reduceNomad(model: NomadModel, change: NomadNews, at: number): NomadModel {
  if (change.part === "servers") return { ...model, servers: reduceServers("Nomad", model.servers, change.news, at) };
  return { ...model, objects: reduceObjects(model.objects, change.news, at) };
}

function reduceObjects(part: Part<NomadObjects>, news: EventNews<NomadObjects>, at: number): Part<NomadObjects> {
  switch (news.kind) {
    // A list counts even if its index is lower than before, because the servers may have been restored.
    case "listed":
      return listedPart(news.value, news, at);
    case "events":
      if (part.value) for (const event of news.events) applyEvent(part.value, event);
      return confirmedPart(part, at);
    case "alive":
      return confirmedPart(part, at);
    case "failed":
      return failedPart(part, news.failure);
  }
}
