/** Defines `muster model`, which stores language models on the control node and shows them. */
import { type Command, InvalidArgumentError } from "commander";
import { ModelName } from "../../contract/cluster/model.ts";
import type { LocalCommands, LocalPlace, ModelRequest } from "../local-commands.ts";
import { print } from "../print.ts";
import { CONFIG_FILE_IF_ANY, DATA_FOLDER, examples, type Words, whole } from "../words.ts";
import { showModelPlan } from "./show-model-plan.ts";
import { showModel, showModels } from "./show-models.ts";

const DEFAULT_MOST_GB = 100;

export function modelCommands(program: Command, words: Words, local: LocalCommands): void {
  const model = program.command("model").description("add, list, remove and plan the language models that the nodes run");
  adding(model.command("add"), words, local);
  listing(model.command("list"), words);
  removing(model.command("remove"), words, local);
  planning(model.command("plan"), words);
}

const adding = (command: Command, { json }: Words, local: LocalCommands): Command =>
  command
    .argument("<file|url>", "GGUF file, or its address with http or https")
    .option("--sha256 <hex>", "SHA-256 that the publisher names; required for an address", sha256)
    .option("--name <name>", "name of the model (default: the name of the file)", modelName)
    .option("--max-gb <n>", "largest accepted size in GB", whole(1, 10_000), DEFAULT_MOST_GB)
    .option("--data <dir>", DATA_FOLDER)
    .description("verify a GGUF file and store it on the control node; run this command there")
    .addHelpText(
      "after",
      `
The boot HTTP server offers the model to the nodes at /assets/models/NAME.gguf. The command leaves at least 1 GB of the disk free.
If the command is stopped or fails, it leaves nothing behind.\n${examples(
        "muster model add ./qwen2.5-1.5b-instruct-q4_k_m.gguf",
        "muster model add https://models.example/llama-8b.gguf --sha256 9f86d08… --name llama-8b",
      )}`,
    )
    .action(
      async (source: string, { maxGb, ...options }: Omit<ModelRequest, "source" | "mostBytes"> & { maxGb: number; data?: string }) => {
        const { model, added } = await local.addModel({ ...options, source, mostBytes: maxGb * 1e9 });
        print(
          json(),
          { ...model, added },
          added ? `${model.name} is stored.\n${showModel(model)}` : `The same content is stored as ${model.name} already.`,
        );
      },
    );

const listing = (command: Command, { json, client }: Words): Command =>
  command
    .description("list the stored models with their size, and damaged files with the reason")
    .addHelpText("after", examples("muster model list", "muster model list --json | jq -r '.[].name'"))
    .action(async () => {
      const models = await client().listModels();
      print(json(), models, showModels(models));
    });

const removing = (command: Command, { json }: Words, local: LocalCommands): Command =>
  command
    .argument("<name>", "name of the model, as listed by `muster model list`")
    .option("--force", "remove the model even if a job of Nomad uses it, or if Nomad does not answer", false)
    .option("--config <file>", CONFIG_FILE_IF_ANY)
    .option("--data <dir>", DATA_FOLDER)
    .description("remove a model from the control node; run this command there")
    .addHelpText(
      "after",
      `
If muster.yaml names Nomad, the command asks Nomad which jobs use the model. If a job uses the model, the command names the job and
removes nothing. Copies on the nodes stay until their jobs end.\n${examples("muster model remove llama-8b", "muster model remove llama-8b --force")}`,
    )
    .action(async (name: string, options: LocalPlace & { force: boolean }) => {
      const { users } = await local.removeModel(name, options);
      const note = users.length === 0 ? "" : ` These jobs cannot fetch it again: ${users.join(", ")}.`;
      print(json(), { name, removed: true, users }, `${name} is removed.${note}`);
    });

const planning = (command: Command, { json, client }: Words): Command =>
  command
    .argument("<name>", "name of the model, as listed by `muster model list`")
    .option(
      "--context <n>",
      "size of the context in tokens (default: 4096, or less if the model was trained for less)",
      whole(256, 10_000_000),
    )
    .description("show which ready nodes can hold a model, with the layers and the memory of each node")
    .addHelpText(
      "after",
      `
The plan counts the memory of the nodes that are ready, without 1.1 GB (1024 MiB) of each node for its system. The memory of a model contains
the cache of keys and values. If the model does not fit, the exit code is 1.\n${examples("muster model plan llama-8b", "muster model plan llama-8b --context 8192 --json")}`,
    )
    .action(async (name: string, { context }: { context?: number }) => {
      const answer = await client().planModel({ model: name, ...(context !== undefined && { context }) });
      print(json(), answer, showModelPlan(answer));
      if (!answer.plan.fits) process.exitCode = 1;
    });

function sha256(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError("It is not a SHA-256: 64 hexadecimal digits.");
  return text.toLowerCase();
}

function modelName(text: string): string {
  const parsed = ModelName.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`The name ${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}
