/** Shows a field for a word that the user has to type, because the action cannot be undone. */
import { useId } from "react";

interface Props {
  word: string;
  /** The end of the sentence "Type WORD to …". */
  purpose?: string;
  value: string;
  onChange: (typed: string) => void;
}

export function TypedWord({ word, purpose = "confirm", value, onChange }: Props) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>
        Type <strong className="mono">{word}</strong> to {purpose}
      </label>
      <input
        id={id}
        data-first
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </>
  );
}
