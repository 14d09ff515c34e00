/** Shows hashes and ids, each with a copy button. */
import { Copy } from "./copy.tsx";

export function CopyableFacts({ facts }: { facts: readonly (readonly [what: string, value: string | undefined])[] }) {
  return facts.map(([what, value]) =>
    value === undefined ? null : (
      <div key={what}>
        <dt>{what}</dt>
        <dd className="mono">
          {value} <Copy text={value} />
        </dd>
      </div>
    ),
  );
}
