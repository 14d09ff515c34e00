/**
 * Computes the risk of an SQL statement without access to the database. A statement that this parser does not
 * understand counts as a change. This risk check is the first protection, and the database's read-only transaction is
 * the second.
 */
import type { Risk } from "../../contract/changes/tool.ts";

const destroys = /\b(delete|drop|truncate)\b/;
const changes =
  /\b(insert|update|merge|upsert|replace|create|alter|grant|revoke|copy|call|do|set|reset|lock|vacuum|reindex|cluster|analyze|refresh|attach|detach|load|listen|notify|prepare|execute|declare|begin|start|commit|rollback|savepoint|into|comment|security|discard|checkpoint|import|for)\b/;
const looks = /^\s*(select|with|values|explain|show|table|pragma)\b/;

/** SQL words that may precede a parenthesis and are not function names. */
const words =
  "and or not in exists any all some as from select where values on using by over filter when then else case between like ilike join union intersect except distinct having limit offset with recursive materialized partition within group row explain";
/** Functions that only compute. */
const harmless =
  "count sum avg min max total group_concat string_agg array_agg coalesce nullif ifnull iif lower upper length char_length substr substring trim ltrim rtrim replace_ round abs ceil floor mod date time datetime julianday strftime unixepoch now current_setting to_char to_timestamp date_trunc date_part extract age greatest least row_number rank dense_rank lag lead first_value last_value ntile printf format concat concat_ws left right position split_part json_extract json_array_length jsonb_array_length typeof pg_size_pretty pg_database_size pg_total_relation_size pg_relation_size pg_table_size pg_indexes_size version table_info index_list index_info foreign_key_list";
/**
 * Virtual tables of the program `sqlite3` that reach files or raw pages. Their names need no parentheses, and may stand in
 * quotes or brackets. An SQL name has no escapes, so the name itself must stand in the statement.
 */
const reaching = /\b(fsdir|zipfile|dbstat|completion|sqlite_(?!schema\b|master\b|sequence\b|stat\d\b|version\b)\w+)\b/i;
const callable = new Set(`${words} ${harmless}`.split(" "));

export function sqlRisk(statement: string): Risk {
  // Quoted strings and names are harmless.
  // A statement with escapes, dollar quotes, comments or a table that reaches files counts as `delete`, because they could hide code.
  if (/\\|\$[a-z_]*\$|--|\/\*|\be'/i.test(statement) || reaching.test(statement)) return "delete";
  const bare = statement
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/"(?:[^"]|"")*"/g, '""')
    .toLowerCase()
    .trim()
    .replace(/;$/, "");
  if (bare.includes(";") || destroys.test(bare) || /^\./.test(bare)) return "delete";
  if (!looks.test(bare) || changes.test(bare)) return "write";
  if (/^pragma\b/.test(bare) && bare.includes("=")) return "write";
  return [...bare.matchAll(/([^\s(),=<>+*/|%-]*)\s*\(/g)].every(([, before = ""]) => before === "" || callable.has(before))
    ? "read"
    : "write";
}
