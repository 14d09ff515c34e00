/**
 * Answers one query from one SQLite file, as a program of its own. `database.ts` starts this program without rights to other
 * files. Unlike the program `sqlite3`, the engine in Node has no functions and no virtual tables that reach files.
 * Arguments: the format (`json` or `csv`), the file and the query.
 */
import { constants, DatabaseSync } from "node:sqlite";

const { SQLITE_DENY, SQLITE_FUNCTION, SQLITE_OK, SQLITE_PRAGMA, SQLITE_READ, SQLITE_RECURSIVE, SQLITE_SELECT } = constants;

/** Tables that are not in the schema of a file, and that only show the schema or the given value. */
const BUILT_IN = new Set(["sqlite_schema", "sqlite_master", "json_each", "json_tree"]);
/** PRAGMAs that describe the file. The engine asks for permission under the same name if they are read as a table. */
const PRAGMAS = new Set(
  "table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list database_list collation_list compile_options encoding page_count page_size freelist_count user_version application_id schema_version integrity_check quick_check".split(
    " ",
  ),
);
/** Functions of the engine that load code or write to a log. */
const REFUSED = new Set(["load_extension", "fts3_tokenizer", "sqlite_log"]);
/** Bounds the memory that one value or one query can use. */
const LIMITS = { length: 16 * 1024 * 1024, sqlLength: 100_000, attach: 0, exprDepth: 200, compoundSelect: 50, column: 1000 };

type Value = null | number | bigint | string | Uint8Array;

const [format = "", file = "", query = ""] = process.argv.slice(2);
try {
  print(answers(new DatabaseSync(file, { readOnly: true, enableDoubleQuotedStringLiterals: true, limits: LIMITS })));
} catch (error) {
  console.error(`the query failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function answers(database: DatabaseSync): { names: string[]; rows: Iterable<unknown> } {
  const schema = database.prepare("SELECT lower(name) AS name FROM sqlite_schema WHERE type IN ('table', 'view')").all();
  const own = new Set(schema.map(({ name }) => name));
  /** Some reads, for example of a common table expression, name no table. */
  const mayRead = (table: string) =>
    table === "" || own.has(table) || BUILT_IN.has(table) || (table.startsWith("pragma_") && PRAGMAS.has(table.slice("pragma_".length)));
  database.setAuthorizer((action, first, second) => {
    if (action === SQLITE_SELECT || action === SQLITE_RECURSIVE) return SQLITE_OK;
    if (action === SQLITE_READ) return mayRead((first ?? "").toLowerCase()) ? SQLITE_OK : SQLITE_DENY;
    if (action === SQLITE_FUNCTION) return REFUSED.has((second ?? "").toLowerCase()) ? SQLITE_DENY : SQLITE_OK;
    if (action === SQLITE_PRAGMA) return PRAGMAS.has((first ?? "").toLowerCase()) ? SQLITE_OK : SQLITE_DENY;
    return SQLITE_DENY;
  });
  const statement = database.prepare(query);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return { names: statement.columns().map(({ name }) => name), rows: statement.iterate() };
}

function print({ names, rows }: { names: string[]; rows: Iterable<unknown> }): void {
  if (format === "csv") console.log(names.map(asCsv).join(","));
  let before = "[";
  for (const row of rows as Iterable<Value[]>) {
    if (format === "csv") console.log(row.map(asCsv).join(","));
    else process.stdout.write(`${before}{${row.map((value, index) => `${JSON.stringify(names[index])}:${asJson(value)}`).join(",")}}`);
    before = ",\n";
  }
  if (format !== "csv") console.log(before === "[" ? "[]" : "]");
}

/** Writes a BLOB as hexadecimal digits. */
function asText(value: Value): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return value === null ? "" : String(value);
}

function asJson(value: Value): string {
  if (typeof value === "bigint") return String(value);
  return JSON.stringify(value instanceof Uint8Array ? asText(value) : value);
}

function asCsv(value: Value): string {
  const text = asText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
