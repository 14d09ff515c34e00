/** Reads a long list page by page, so that no single answer is long. */
import type * as z from "zod";
import { Unreadable } from "../../errors/cluster-failures.ts";
import { list, parse } from "../wire/read.ts";
import { type Request, sendRequest } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

const PER_PAGE = 500;
/** A server that always names a next page must not keep the caller for ever. */
const MOST_PAGES = 200;

/** A long list can change between two pages. Use a blocking query where that matters. */
export async function readPages<Item extends z.ZodType>(nomad: Nomad, item: Item, request: Request): Promise<z.output<Item>[]> {
  const items: z.output<Item>[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { per_page: PER_PAGE, ...request.query, next_token: next };
    const answer = await sendRequest(nomad, { ...request, query });
    items.push(...parse(nomad, list(item), answer));
    next = answer.headers.get("x-nomad-nexttoken") || undefined;
    if (next === undefined) return items;
  }
  throw new Unreadable("Nomad", `its list ${request.path} has more than ${MOST_PAGES} pages`);
}
