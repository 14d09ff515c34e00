/** The spellings that cross every boundary: MAC addresses, node names, times. */
import * as z from "zod";

/** Lower case with colons. Dashes and bare hex, as iPXE and vendors print them, are accepted. */
export const Mac = z
  .string()
  .transform((text) => text.toLowerCase().replace(/[:.-]/g, ""))
  .pipe(z.string().regex(/^[0-9a-f]{12}$/, "is not a MAC address such as 52:54:00:12:34:56"))
  .transform((hex) => hex.match(/../g)?.join(":") ?? hex);
export type Mac = z.output<typeof Mac>;

/** A MAC address as we write it: nothing to convert, so it can go out as well as in. */
export const MacText = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);

/** Words with a meaning of their own in an inventory: `--limit=all` is every machine there is. */
const inventoryWords = ["all", "ungrouped", "localhost"];

/**
 * One RFC 1123 label. Strict because the name reaches Ansible's --limit, where `@file` would read a file and
 * a comma or a leading dash would change the meaning.
 */
export const NodeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a host name: lower-case letters, digits and inner dashes, at most 63")
  .refine((name) => !inventoryWords.includes(name), "has a meaning of its own for Ansible; choose another name");
export type NodeName = z.output<typeof NodeName>;

/** Path parameter of routes that concern one node: its name or a MAC address. */
export const NodeRef = z.object({ node: z.string().max(100) });

/** ISO 8601 in UTC. */
export const Instant = z.iso.datetime();
export type Instant = z.output<typeof Instant>;
