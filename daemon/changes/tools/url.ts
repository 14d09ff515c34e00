/** Fills a form's URL. A value cannot change the host that the form names, and cannot leave the form's path. */
import type { Value } from "../../contract/changes/tool.ts";
import { MusterError } from "../../errors/errors.ts";
import { fill } from "./template.ts";

const SHAPE = /^([^:]+):\/\/(\[[^\]]*\]|[^/:?#{]*(?:\{[a-z0-9_]+\})?)(?::([^/?#{]+|\{[a-z0-9_]+\}))?(.*)$/s;

export function filledUrl(tool: string, template: string, lookUp: (name: string) => Value | undefined): string {
  const refuse = (why: string) => new MusterError("PARAMETER_INVALID", `${tool}: ${why}`);
  const path = (word: string): string => {
    const text = fill(word, lookUp, encoded);
    if (text === undefined) throw refuse(`a placeholder in ${word} has no value`);
    // A path segment `..` is refused, because URL parsers remove the segment before `..`.
    if (/(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i.test(text)) throw refuse(`the path ${text} leads upwards`);
    return text;
  };
  const [, scheme = "", host = "", port, rest = ""] = SHAPE.exec(template) ?? [];
  const part = (word: string, what: string): string => {
    const text = fill(word, lookUp);
    if (text === undefined) throw refuse(`its ${what} has no value`);
    return text;
  };
  const name = part(host, "host");
  const below = path(rest);
  // Without a slash, the path would become part of the host name or the port.
  if (!/^([/?]|$)/.test(below)) throw refuse(`the path ${below} does not begin with a slash`);
  const text = `${part(scheme, "scheme")}://${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}${port === undefined ? "" : `:${part(port, "port")}`}${below}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.hash !== "") throw refuse(`${text} is not a URL`);
  return text;
}

const encoded = (text: string): string => encodeURIComponent(text).replaceAll("%2F", "/");
