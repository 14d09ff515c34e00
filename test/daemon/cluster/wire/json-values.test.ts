/** Values of a stream, however the network cuts them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonValues } from "../../../../daemon/cluster/wire/json-values.ts";
import { Unreadable } from "../../../../daemon/errors/cluster-failures.ts";

async function valuesOf(parts: (string | Buffer)[], mostBytes?: number): Promise<unknown[]> {
  const stream = (async function* () {
    for (const part of parts) yield Buffer.from(part);
  })();
  const values: unknown[] = [];
  for await (const value of jsonValues("Nomad", stream, mostBytes)) values.push(value);
  return values;
}

const text = '{}{"Data":"a\\"}{[\\\\","x":[{"y":"é}"}]}\n{"n":{"m":[]}}\r\n {}[1,{"a":2}]';
const values = [{}, { Data: 'a"}{[\\', x: [{ y: "é}" }] }, { n: { m: [] } }, {}, [1, { a: 2 }]];

test("values are found at every cut, also inside a character", async () => {
  const bytes = Buffer.from(text);
  for (let at = 0; at <= bytes.length; at++)
    assert.deepEqual(await valuesOf([bytes.subarray(0, at), bytes.subarray(at)]), values, `cut at ${at}`);
  assert.deepEqual(await valuesOf([...bytes].map((byte) => Buffer.from([byte]))), values, "byte by byte");
});

for (const [name, parts, message] of [
  ["a stream that ends inside a value", ['{"a":1}{"b"'], /ended in the middle of a value/],
  ["plain text after a value, as Nomad ends a broken stream", ["{}\nrpc error: EOF"], /not JSON: rpc error: EOF$/],
  ["a text whose brackets fit and that is not JSON", ["{a:1}"], /is not JSON/],
  ["a closing bracket alone", ["{}]"], /not JSON: \]$/],
  ["control characters", ["\u001b[2J"], /not JSON: \[2J$/],
] as const) {
  test(`${name} is an error`, () =>
    assert.rejects(valuesOf([...parts]), (error: Error) => error instanceof Unreadable && message.test(error.message)));
}

test("a value without an end is given up at the limit", async () => {
  await assert.rejects(valuesOf(['{"a":"', "x".repeat(50), "x".repeat(60)], 100), /longer than 100 bytes/);
  assert.equal((await valuesOf([`{"a":"${"x".repeat(80)}"}`], 100)).length, 1);
});

test("a value that is deeper than the parser can read is an error of the service", async () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  await valuesOf([deep]).then(
    (all) => assert.equal(all.length, 1),
    (error: unknown) => assert.ok(error instanceof Unreadable),
  );
});
