/** The whole path in memory: an honest control, a forging one, an executor, and a witness who records the real votes. */
import { randomUUID } from "node:crypto";
import { type Ballot, castVote, expire, isRefusal, openApproval, rebind, use } from "../../../daemon/changes/approvals/approvals.ts";
import { asSigned } from "../../../daemon/changes/approvals/signed-ballot.ts";
import { checkWarrant, type Papers } from "../../../daemon/changes/executions/warrant.ts";
import type { KnownNode } from "../../../daemon/changes/plans/targets.ts";
import type { Who } from "../../../daemon/changes/policy/policy.ts";
import { bindingsOf } from "../../../daemon/changes/standing.ts";
import { type Catalogue, catalogueOf, loadCatalogue } from "../../../daemon/changes/tools/catalogue.ts";
import type { Voting } from "../../../daemon/changes/votes/verify.ts";
import { Approval } from "../../../daemon/contract/changes/approval.ts";
import { type Plan, PlannedWork, type PlanStep } from "../../../daemon/contract/changes/plan.ts";
import { ownPolicy } from "../../support/own-policy.ts";
import { fleet, planned, toolOn } from "./fleet.ts";
import { type Act, type Done, type Forgery, people, type Said } from "./road-acts.ts";
import { keyOf, registered } from "./votes/question.ts";

const goals = [
  ["disk_usage", {}],
  ["service_restart", { unit: "ssh.service" }],
  ["service_restart", { unit: "cron.service" }],
  ["arm", {}],
] as const;
const nodeNames = ["n1", "n2", "n3"];

const signingKeys = ["alice", "bob", "carol", "ann"].map(keyOf);
const signing: Voting = { required: false, voters: signingKeys.map((key) => registered(key, key.voter === "ann" ? "admin" : "operator")) };
const unsigned: Voting = { required: false, voters: [] };

const policies = (["policy", "changes"] as const).map((mode) => ownPolicy(mode));
const forms = loadCatalogue().list();
const catalogues: Catalogue[] = [30, 31].map((timeoutSeconds) =>
  catalogueOf(forms.map((form) => (form.name === "service_restart" ? { ...form, timeoutSeconds } : form))),
);
export const clocks = { decideSeconds: 600, executeSeconds: 300 };

export class Road {
  readonly said: Said[] = [];
  readonly done: Done[] = [];
  #now = Date.parse("2026-11-21T10:00:00Z");
  #nodes: KnownNode[] = fleet();
  #policy = policies[0]!;
  #catalogue = catalogues[0]!;
  #works: PlannedWork[] = [];
  #approvals: Approval[] = [];
  #executions: Papers["execution"][] = [];
  /** The executor's own record, on its disk. */
  readonly #begun = new Set<string>();
  readonly #voting: Voting;

  constructor({ signed = false } = {}) {
    this.#voting = signed ? signing : unsigned;
  }

  act(act: Act): void {
    switch (act.kind) {
      case "propose":
        this.#propose(people[act.who]!, act.goal, nodeNames[act.node]!, act.tainted);
        break;
      case "vote":
        this.#vote(latest(this.#approvals, act.approval), people[act.who]!, act.answer);
        break;
      case "wait":
        this.#now += act.seconds * 1000;
        break;
      case "begin":
        this.#begin(latest(this.#works, act.work));
        break;
      case "execute":
        this.#execute(latest(this.#executions, act.execution));
        break;
      case "policy":
        this.#policy = policies[act.which]!;
        break;
      case "form":
        this.#catalogue = catalogues.find((other) => other !== this.#catalogue)!;
        break;
      case "node":
        this.#change(nodeNames[act.node]!, act.becomes);
        break;
      case "restart":
        this.#works = PlannedWork.array().parse(JSON.parse(JSON.stringify(this.#works)));
        this.#approvals = Approval.array().parse(JSON.parse(JSON.stringify(this.#approvals)));
        break;
      case "forge":
        this.#forge(act.how, latest(this.#works, act.work), latest(this.#executions, act.execution));
        break;
    }
  }

  #propose(who: Who, goal: number, node: string, tainted: boolean): void {
    const [tool, parameters] = goals[goal]!;
    const place = { catalogue: this.#catalogue, nodes: this.#nodes, policy: this.#policy };
    const work = planned(toolOn(tool, [node], parameters, { tainted }), who, place, new Date(this.#now));
    const bindings = bindingsOf(work.plan, this.#policy.version);
    for (const old of this.#works.filter((each) => each.requesterKeyId === who.keyId && each.plan.targets[0]?.node === node))
      this.#replace(this.#approvalOf(old), (approval) => rebind(approval, bindings));
    this.#works.push(work);
    if (work.decision.answer === "needs-approval") this.#approvals.push(openApproval(work, bindings, clocks, new Date(this.#now)));
    if (work.decision.answer === "allow") this.#queue(work, undefined);
  }

  #vote(approval: Approval | undefined, who: Who, answer: "approve" | "deny"): void {
    if (!approval) return;
    this.said.push({
      approvalId: approval.id,
      planHash: approval.planHash,
      policyVersion: approval.policyVersion,
      who,
      answer,
      at: this.#now,
    });
    const now = new Date(this.#now);
    const signature = signingKeys.find(({ voter }) => voter === who.name.toLowerCase())?.sign(approval, answer, now);
    const ballot: Ballot = { keyId: who.keyId, by: who.name, role: who.role, onBehalfOf: who.onBehalfOf, answer, reason: "", signature };
    const taken = asSigned(approval, ballot, this.#voting, now);
    const result = "refused" in taken ? taken : castVote(taken.approval, taken.ballot, now);
    this.#replace(approval, () => (isRefusal(result) ? expire(approval, new Date(this.#now)) : result));
  }

  #begin(work: PlannedWork | undefined): void {
    const approval = work && this.#approvalOf(work);
    if (!work || !approval) return;
    const used = use(approval, bindingsOf(work.plan, this.#policy.version), new Date(this.#now));
    if (isRefusal(used)) return;
    this.#replace(approval, () => used);
    this.#queue(work, approval.id);
  }

  #execute(execution: Papers["execution"] | undefined): void {
    const work = this.#works.find(({ id }) => id === execution?.planId);
    if (!execution || !work) return;
    const approval = this.#approvals.find(({ id }) => id === execution.approvalId);
    const warrant = checkWarrant(
      { execution, work, approval },
      {
        now: new Date(this.#now),
        catalogue: this.#catalogue,
        policy: this.#policy,
        node: (name) => this.#nodes.find((node) => node.name === name),
        begun: (id) => this.#begun.has(id),
        voting: this.#voting,
        executeSeconds: clocks.executeSeconds,
      },
    );
    if (!warrant.ok) return;
    this.#begun.add(execution.id);
    if (execution.approvalId !== undefined) this.#begun.add(execution.approvalId);
    const { planHash } = bindingsOf(work.plan, this.#policy.version);
    const { version, approvalMode } = this.#policy;
    this.done.push({
      executionId: execution.id,
      work,
      planHash,
      approvalId: execution.approvalId,
      policyVersion: version,
      mode: approvalMode,
      at: this.#now,
    });
    execution.status = "succeeded";
  }

  #change(name: string, becomes: "another machine" | "dev" | "prod" | "moved"): void {
    const other: Partial<KnownNode> =
      becomes === "another machine"
        ? { id: randomUUID() }
        : becomes === "moved"
          ? { address: `10.0.1.${this.#now % 200}` }
          : { groups: [becomes] };
    this.#nodes = this.#nodes.map((node) => (node.name === name ? { ...node, ...other } : node));
  }

  /** Everything that an attacker with control's rights can write, except other people's votes for this plan. */
  #forge(how: Forgery, work: PlannedWork | undefined, execution: Papers["execution"] | undefined): void {
    const approval = work && this.#approvalOf(work);
    if (!work) return;
    const executeBy = new Date(this.#now + 60_000).toISOString();
    const vote = {
      keyId: work.requesterKeyId,
      by: work.requestedBy,
      role: "admin",
      answer: "approve",
      reason: "",
      at: new Date(this.#now).toISOString(),
    } as const;
    switch (how) {
      case "approve by hand":
        this.#replace(approval, (each) => ({ ...each, state: "approved", executeBy }));
        this.#queue(work, approval?.id);
        break;
      case "vote as the requester":
        this.#replace(approval, (each) => ({ ...each, state: "approved", executeBy, votes: [...each.votes, vote] }));
        this.#queue(work, approval?.id);
        break;
      case "ask fewer people":
        this.#replace(approval, (each) => ({ ...each, quorum: [{ role: "operator", count: 1 }] }));
        break;
      case "alter the plan":
        this.#rewrite(work, { plan: altered(work.plan) });
        break;
      case "alter and hash again": {
        const plan = altered(work.plan);
        const { planHash, previewHash } = bindingsOf(plan, this.#policy.version);
        this.#rewrite(work, { plan, hash: planHash, previewHash });
        if (execution?.planId === work.id) execution.planHash = planHash;
        break;
      }
      case "another's approval":
        if (execution) execution.approvalId = latest(this.#approvals, 0)?.id;
        break;
      case "queue it again":
        if (execution) execution.status = "queued";
        this.#replace(approval, (each) => ({ ...each, state: "approved" }));
        break;
      case "other people's votes":
        this.#replace(approval, (each) => ({ ...each, state: "approved", executeBy, votes: othersVotes(each, vote.at) }));
        this.#queue(work, approval?.id);
        break;
      case "votes of another approval": {
        const votes = this.#approvals.findLast(({ id, votes }) => id !== approval?.id && votes.length > 0)?.votes ?? [];
        this.#replace(approval, (each) => ({ ...each, state: "approved", executeBy, votes: [...each.votes, ...votes] }));
        this.#queue(work, approval?.id);
        break;
      }
      case "second execution":
        this.#queue(work, approval?.id);
        break;
    }
  }

  #queue(work: PlannedWork, approvalId: string | undefined): void {
    this.#executions.push({
      id: randomUUID(),
      planId: work.id,
      planHash: work.hash,
      status: "queued",
      ...(approvalId !== undefined && { approvalId }),
    });
  }

  #approvalOf(work: PlannedWork): Approval | undefined {
    return this.#approvals.find(({ planId }) => planId === work.id);
  }

  #replace(approval: Approval | undefined, change: (approval: Approval) => Approval): void {
    this.#approvals = this.#approvals.map((each) => (each.id === approval?.id ? change(each) : each));
  }

  #rewrite(work: PlannedWork, change: Partial<PlannedWork>): void {
    this.#works = this.#works.map((each) => (each.id === work.id ? { ...each, ...change } : each));
  }
}

/** The votes that these people really signed, and more that they did not sign. */
const othersVotes = ({ votes }: Approval, at: string): Approval["votes"] => [
  ...votes,
  ...people.slice(2, 5).map(({ keyId, name }) => ({ keyId, by: name, role: "admin" as const, answer: "approve" as const, reason: "", at })),
];

/** An item counted from the end, so that acts mostly concern recent items. */
const latest = <T>(list: readonly T[], index: number): T | undefined => list[list.length - 1 - (index % Math.max(list.length, 1))];

function altered(plan: Plan): Plan {
  const change = (step: PlanStep): PlanStep =>
    step.tool === "service_restart"
      ? {
          ...step,
          parameters: { unit: "nomad.service" },
          preview: { ...step.preview, text: step.preview.text.replace(/[a-z]+\.service/, "nomad.service") },
        }
      : { ...step, risk: "read", scope: "dev" };
  return { ...plan, steps: plan.steps.map(change) };
}
