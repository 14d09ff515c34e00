/** Shows the machines with a special boot method, with the source and the reason. */
import { quirkWords } from "../../../daemon/contract/netboot/quirk-words.ts";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { nodeHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { useAnswer } from "../parts/use-answer.ts";

export function QuirksPanel() {
  const { client } = usePage();
  const { answer: machines, problem } = useAnswer(() => client.listQuirks());
  const rows = (machines ?? []).flatMap(({ mac, node, quirks }) =>
    quirks.map((quirk) => ({
      key: `${mac} ${quirk.name}`,
      cells: [
        node === undefined ? (
          mac
        ) : (
          <a key="node" href={nodeHref(node)}>
            {node}
          </a>
        ),
        quirkWords(quirk),
        quirk.source,
        quirk.because,
      ],
    })),
  );
  return (
    <>
      <Sheet
        title="Special boot methods"
        {...(machines && { count: rows.length })}
        columns={["Machine", "Method", "Source", "Reason"]}
        rows={rows}
        {...(machines && rows.length === 0 && { note: "None. All machines use the default boot method." })}
      />
      <Problem problem={problem} />
    </>
  );
}
