/** Converts values to YAML and back. Ansible reads exactly the given value and evaluates no part of it. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { keyText } from "./groups.ts";

/** The brackets of Ansible's templates. Ansible would evaluate the text in these brackets on the control node (decision 0014). */
const template = /\{\{|\{%|\{#/;

/** Converts a value to YAML. Every text is quoted, because YAML 1.1 and 1.2 interpret numbers, dates and booleans differently. */
export function nodeOf(value: VariableValue): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(nodeOf);
    return list;
  }
  if (typeof value === "object") {
    const map = new YAMLMap();
    for (const [key, each] of Object.entries(value)) map.add({ key: quoted(key), value: nodeOf(each) });
    return map;
  }
  if (typeof value !== "string") return new Scalar(Object.is(value, -0) ? 0 : value);
  const text = quoted(value);
  if (template.test(value)) text.tag = "!unsafe";
  return text;
}

function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** Converts hand-written YAML to a value. An encrypted vault is not decrypted. */
export function valueIn(node: unknown, document: Document): unknown {
  if (isAlias(node)) return valueIn(node.resolve(document), document);
  if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [keyText(key), valueIn(value, document)]));
  if (isSeq(node)) return node.items.map((each) => valueIn(each, document));
  if (!isScalar(node)) return null;
  if (node.tag === "!vault") return "[vault]";
  return node.value instanceof Date || typeof node.value === "bigint" ? String(node.source ?? node.value) : node.value;
}
