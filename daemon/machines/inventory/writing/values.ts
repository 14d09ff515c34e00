/** Converts values to YAML. Ansible reads exactly the given value and evaluates no part of it. */
import { type Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { VariableValue } from "../../../contract/machines/inventory.ts";

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
