/** Shows a table that becomes a list of cards on a narrow screen. */
import type { ReactNode } from "react";

interface Row {
  key: string;
  cells: ReactNode[];
}

export function Sheet({
  title,
  count,
  columns,
  rows,
  note,
}: {
  title: string;
  count?: number;
  columns: string[];
  rows: Row[];
  note?: string;
}) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return (
    <section aria-labelledby={id} className="sheet-section">
      <h2 className="section-title" id={id}>
        {title} {count !== undefined && <span className="count">{count}</span>}
      </h2>
      <table className="sheet">
        <SheetHead columns={columns} />
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} data-row={key}>
              {cells.map((cell, column) => (
                <td key={columns[column]} data-column={columns[column]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {note !== undefined && <p className="soft">{note}</p>}
    </section>
  );
}

export const SheetHead = ({ columns }: { columns: readonly string[] }) => (
  <thead>
    <tr>
      {columns.map((column) => (
        <th key={column} scope="col">
          {column}
        </th>
      ))}
    </tr>
  </thead>
);
