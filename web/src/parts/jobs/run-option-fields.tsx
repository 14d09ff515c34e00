/** The fields for the tags and the extra variables of a playbook run. */
import type { DeclaredVariable } from "../../../../daemon/contract/jobs/declared-variable.ts";
import type { Playbook } from "../../../../daemon/contract/jobs/playbook.ts";
import type { OptionTexts } from "./run-option-texts.ts";

interface Props {
  playbook: Playbook;
  texts: OptionTexts;
  onTexts: (texts: OptionTexts) => void;
}

export function RunOptionFields({ playbook: { tags, variables }, texts, onTexts }: Props) {
  const change = (part: Partial<OptionTexts>) => onTexts({ ...texts, ...part });
  const examples = tags && tags.length > 0 ? tags.join(", ") : "all";
  // The browser cannot show which required field is empty if the fields are hidden.
  const isRequired = Object.values(variables ?? {}).some((each) => "required" in each && each.required);
  return (
    <details open={isRequired}>
      <summary>Tags and variables</summary>
      <label>
        Only tasks with these tags
        <input value={texts.tags} placeholder={examples} onChange={({ target }) => change({ tags: target.value })} />
      </label>
      <label>
        Without tasks with these tags
        <input value={texts.skipTags} onChange={({ target }) => change({ skipTags: target.value })} />
      </label>
      {variables ? (
        Object.entries(variables).map(([name, variable]) => (
          <VariableField
            key={name}
            name={name}
            variable={variable}
            text={texts.declared[name] ?? ""}
            onText={(text) => change({ declared: { ...texts.declared, [name]: text } })}
          />
        ))
      ) : (
        <label>
          Extra variables, as JSON
          <textarea rows={3} value={texts.variables} onChange={({ target }) => change({ variables: target.value })} />
        </label>
      )}
    </details>
  );
}

interface FieldProps {
  name: string;
  variable: DeclaredVariable;
  text: string;
  onText: (text: string) => void;
}

function VariableField({ name, variable, text, onText }: FieldProps) {
  if ("secret" in variable)
    return (
      <p className="soft">
        {name}: the executor adds the secret {variable.secret}.
      </p>
    );
  const choices = variable.type === "boolean" ? ["true", "false"] : variable.choices?.map(String);
  const id = `variable-${name}`;
  return (
    <>
      <label htmlFor={id}>
        {name} <span className="soft">{variable.description ?? variable.type}</span>
      </label>
      {choices ? (
        <select id={id} required={variable.required} value={text} onChange={({ target }) => onText(target.value)}>
          <option value="" />
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input id={id} required={variable.required} value={text} onChange={({ target }) => onText(target.value)} />
      )}
    </>
  );
}
