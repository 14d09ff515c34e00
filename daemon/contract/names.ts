/** Formats used everywhere: MAC addresses, node names and times. */
import * as z from "zod";

/**
 * Converts a MAC address to lower case with colons. Accepts MAC addresses with dashes or without separators, as iPXE
 * and vendors print them.
 */
export const Mac = z
  .string()
  .transform((text) => text.toLowerCase().replace(/[:.-]/g, ""))
  .pipe(z.string().regex(/^[0-9a-f]{12}$/, "is not a MAC address such as 52:54:00:12:34:56"))
  .transform((hex) => hex.match(/../g)?.join(":") ?? hex);
export type Mac = z.output<typeof Mac>;

/** A MAC address in Muster's own format. */
export const MacText = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);

/** Reserved words of Ansible inventories. For example, `--limit=all` means every machine. */
const inventoryWords = ["all", "ungrouped", "localhost"];

/**
 * One RFC 1123 label. The format is strict because the name reaches Ansible's option `--limit`. In `--limit`, the value
 * `@file` reads a file, and a comma or a leading dash changes the meaning.
 */
export const NodeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a host name: lower-case letters, digits and inner dashes, at most 63")
  .refine((name) => !inventoryWords.includes(name), "has a meaning of its own for Ansible; choose another name");
export type NodeName = z.output<typeof NodeName>;

/**
 * Characters that a reader does not see: control and format characters, line separators, unassigned and private code points,
 * fillers, and variation selectors. With such a character, two different names look the same.
 */
export const invisible = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];

/** A Cyrillic or Greek letter can look the same as a Latin letter, so a name has letters of only one of these scripts. */
export const mixesScripts = (name: string): boolean => scripts.filter((script) => script.test(name)).length > 1;

/** Path parameter of routes that concern one node: the node's name or a MAC address. */
export const NodeRef = z.object({ node: z.string().max(100) });

/** ISO 8601 in UTC. */
export const Instant = z.iso.datetime();
export type Instant = z.output<typeof Instant>;
