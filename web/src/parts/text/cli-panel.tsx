/** Shows terminal commands for the actions of a page, with a button to copy each. */
import { Copy } from "./copy.tsx";

export function CliPanel({ commands }: { commands: readonly string[] }) {
  return (
    <details className="cli">
      <summary>Terminal commands</summary>
      <ul className="commands">
        {commands.map((command) => (
          <li key={command}>
            <code>{command}</code> <Copy text={command} />
          </li>
        ))}
      </ul>
    </details>
  );
}
