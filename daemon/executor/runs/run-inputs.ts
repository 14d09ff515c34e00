/** The files that only one run receives: its extra variables, and the secrets that its output must not show. */
import { rmSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { RunRequest } from "../../contract/jobs/run-messages.ts";
import { writtenForms } from "../steps/masking.ts";
import type { AnsibleSettings } from "./ansible.ts";
import type { RunFiles } from "./run-files.ts";
import { secretsFor, writeVariables } from "./variables-file.ts";

/** The environment variable with the path of the spellings. The program that stores the output reads the file once. */
const FORMS_VARIABLE = "MUSTER_SECRET_FORMS";

type InputFiles = Pick<RunFiles, "variables" | "secretForms">;

export interface RunInputs {
  /** The path of the file with the variables. Undefined if the run has none. */
  variables: string | undefined;
  environment: NodeJS.ProcessEnv;
}

export function writeInputs(files: InputFiles, { playbook, options }: RunRequest, ansible: AnsibleSettings): RunInputs {
  const secrets = secretsFor(playbook, ansible);
  const variables = writeVariables(files.variables, options?.variables, secrets);
  const forms = Object.values(secrets).flatMap(writtenForms);
  if (forms.length === 0) return { variables, environment: {} };
  writeFileAtomic.sync(files.secretForms, JSON.stringify(forms), { mode: 0o600 });
  return { variables, environment: { [FORMS_VARIABLE]: files.secretForms } };
}

export function removeInputs({ variables, secretForms }: InputFiles): void {
  for (const file of [variables, secretForms]) rmSync(file, { force: true });
}
