/** The same in the terminal: commands to copy. */
import { Copy } from "./copy.tsx";

export function CliPanel({ commands }: { commands: readonly string[] }) {
  return (
    <details className="cli">
      <summary>The same in the terminal</summary>
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
