/** Formats the plan of a model for a terminal. */
import type { ModelPlan, ModelPlanAnswer } from "../../contract/cluster/model.ts";
import { table } from "../print.ts";

export function showModelPlan({ plan, nodes }: ModelPlanAnswer): string {
  const unknown = nodes.filter(({ freeMb }) => freeMb === undefined).map(({ node }) => node);
  const note = unknown.length === 0 ? [] : [`Not counted, because the memory is not known: ${unknown.join(", ")}.`];
  return [plan.fits ? fitting(plan) : notFitting(plan), ...note].join("\n");
}

function fitting({ model, contextTokens, parts, memoryMb, cacheMb }: Extract<ModelPlan, { fits: true }>): string {
  const workers = parts.length - 1;
  const place = workers === 0 ? "on one node" : `on a head and ${workers} ${workers === 1 ? "worker" : "workers"}`;
  const rows = parts.map(({ node, role, layers, memoryMb: needed, freeMb }) => [node, role, `${layers}`, inUnits(needed), inUnits(freeMb)]);
  const columns = [{ title: "NODE" }, { title: "ROLE" }, { title: "LAYERS" }, { title: "NEEDS" }, { title: "HAS" }];
  return `${model} fits ${place} with a context of ${contextTokens} tokens.
${table(columns, rows)}
Total: ${inUnits(memoryMb)}, of which ${inUnits(cacheMb)} are the cache of keys and values.`;
}

function notFitting({ model, contextTokens, reason, instead }: Extract<ModelPlan, { fits: false }>): string {
  const { model: smaller, contextTokens: context } = instead;
  return [
    `${model} does not fit with a context of ${contextTokens} tokens: ${reason}.`,
    context === undefined
      ? "It does not fit with a smaller context either."
      : `It fits with a context of ${context} tokens: muster model plan ${model} --context ${context}`,
    smaller === undefined
      ? "No stored model fits with this context."
      : `The largest stored model that fits with this context is ${smaller}.`,
  ].join("\n");
}

/** MB have 1,000,000 bytes, and GB have 1,000 MB. */
const inUnits = (mb: number): string => (mb < 1000 ? `${mb} MB` : `${(mb / 1000).toFixed(1)} GB`);
