/** Turns errors into HTTP answers. Every error code needs an HTTP status, or this file does not compile. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { WaitsForApproval } from "../changes/approvals/waiting.ts";
import type { ErrorBody } from "../contract/route.ts";
import { type ErrorCode, explain, hints, isDatabaseDamaged, isDiskFull, MusterError } from "../errors/errors.ts";

const statusOf = {
  NODE_NOT_FOUND: 404,
  NODE_WRONG_PHASE: 409,
  NODE_UNSUITABLE: 409,
  NODE_NAME_TAKEN: 409,
  RACK_NOT_FOUND: 404,
  PLACE_REFUSED: 409,
  CAPTURE_EMPTY: 404,
  PLAYBOOK_NOT_FOUND: 404,
  SCHEDULE_NOT_FOUND: 404,
  JOB_NOT_FOUND: 404,
  JOB_IN_PROGRESS: 409,
  JOB_NOT_CANCELLABLE: 409,
  PLAN_NOT_FOUND: 404,
  PLAN_DENIED: 403,
  PLAN_ALTERED: 403,
  IDEMPOTENCY_KEY_USED: 409,
  APPROVALS_PENDING: 429,
  APPROVAL_NEEDED: 202,
  UNDER_WAY: 409,
  APPROVAL_NOT_FOUND: 404,
  VOTE_REFUSED: 409,
  VOTERS_INVALID: 500,
  VOTER_KEY_UNUSABLE: 500,
  APPROVAL_NOT_WITHDRAWN: 409,
  EXECUTION_NOT_FOUND: 404,
  EXECUTION_NOT_CANCELLABLE: 409,
  EXECUTION_NOT_RESUMABLE: 409,
  CHECK_NEEDED: 409,
  LEASE_NOT_FOUND: 404,
  LEASE_IN_USE: 409,
  DOCTOR_SILENT: 503,
  NETBOOT_SILENT: 503,
  QUIRKS_UNKNOWN: 404,
  REQUEST_INVALID: 400,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  UPGRADE_REQUIRED: 426,
  TOKEN_INVALID: 401,
  MACHINE_QUARANTINED: 409,
  CLAIM_NOT_FOUND: 404,
  GROUP_NOT_FOUND: 404,
  TOKEN_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  KEY_MISSING: 401,
  KEY_INVALID: 401,
  KEY_EXPIRED: 401,
  SESSION_ENDED: 401,
  NOT_ALLOWED: 403,
  CSRF_INVALID: 403,
  ORIGIN_REFUSED: 403,
  ADDRESS_NOT_ALLOWED: 400,
  RATE_LIMITED: 429,
  CONFIG_INVALID: 500,
  CONFIG_NOT_FOUND: 500,
  DATA_DIR_UNUSABLE: 500,
  DATA_DIR_ACCESS: 500,
  MEMORY_LOW: 500,
  DATA_DIR_SEPARATE: 500,
  ACCOUNTS_MISSING: 500,
  TOOL_NOT_FOUND: 404,
  TOOL_INVALID: 500,
  RUNBOOK_NOT_FOUND: 404,
  RUNBOOK_AMBIGUOUS: 409,
  RUNBOOK_INVALID: 500,
  PARAMETER_INVALID: 400,
  POLICY_INVALID: 500,
  INVENTORY_INVALID: 500,
  INVENTORY_UNUSABLE: 500,
  INVENTORY_LOCKED: 503,
  DATABASE_NEWER: 500,
  DATABASE_DAMAGED: 500,
  DATABASE_LOST: 500,
  AUDIT_KEY_UNUSABLE: 500,
  EXECUTOR_UNREACHABLE: 503,
  LAUNCH_FAILED: 500,
  OTHER_DHCP_SERVER: 500,
  PORT_UNAVAILABLE: 500,
  DAEMON_UNREACHABLE: 503,
  DAEMON_RUNNING: 500,
  BOOT_FILES_MISSING: 503,
  POWER_NOT_CONFIGURED: 409,
  POWER_NOT_SUPPORTED: 409,
  POWER_BY_HAND: 409,
  POWER_BUSY: 409,
  POWER_UNREACHABLE: 504,
  POWER_LOGIN_REFUSED: 502,
  POWER_PROGRAM_MISSING: 503,
  POWER_FAILED: 502,
  POWER_UNKNOWN: 503,
  CLUSTER_UNREACHABLE: 503,
  CLUSTER_NO_LEADER: 503,
  CLUSTER_FORBIDDEN: 502,
  CLUSTER_NOT_FOUND: 404,
  CLUSTER_CONFLICT: 409,
  CLUSTER_REFUSED: 502,
  CLUSTER_UNREADABLE: 502,
  MODEL_INVALID: 422,
  MODEL_NOT_FOUND: 404,
  MODEL_EXISTS: 409,
  MODEL_IN_USE: 409,
  MODEL_NOT_FETCHED: 502,
  DISK_FULL: 507,
  INTERNAL: 500,
} satisfies Record<ErrorCode, number>;

export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureIn(error);
  const status = failure.status ?? statusOf[failure.code];
  if (status >= 500) request.log.error({ err: error, code: failure.code }, failure.message);
  else request.log.info({ code: failure.code, reason: failure.message, status }, "request refused");
  const body = errorBody(failure.code, failure.message);
  if (error instanceof WaitsForApproval) {
    body.error.approvalId = error.approvalId;
    if (error.secret !== undefined) body.error.secret = error.secret;
  }
  reply.code(status).send(body);
}

export function errorBody(code: ErrorCode, message: string): ErrorBody {
  return { error: { code, message, hint: hints[code] }, message };
}

export function failureIn(error: unknown): { code: ErrorCode; message: string; status?: number } {
  if (!(error instanceof Error)) return INSIDE;
  if (isDiskFull(error)) return { code: "DISK_FULL", message: "the control node's disk is full" };
  if (isDatabaseDamaged(error)) return { code: "DATABASE_DAMAGED", message: "the database of the control node is damaged" };
  if (error instanceof MusterError) return { code: error.code, message: explain(error) };
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    const field = first?.instancePath.split("/").filter(Boolean).join(".") || error.validationContext || "body";
    return { code: "REQUEST_INVALID", message: `${field}: ${first?.message ?? error.message}` };
  }
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
  if (status === 429) return { code: "RATE_LIMITED", message: error.message, status };
  if (status === 413) return { code: "BODY_TOO_LARGE", message: "body: is too large" };
  if (status === 415) return { code: "MEDIA_TYPE_UNSUPPORTED", message: "content-type: only application/json is supported here" };
  if ("code" in error && (error.code === "FST_ERR_BAD_URL" || error.code === "FST_ERR_MAX_PARAM_LENGTH"))
    return { code: "REQUEST_INVALID", message: "url: is malformed, or a part of it is too long", status: 400 };
  // Any other error of Fastify with a 4xx status, such as invalid JSON, is the client's fault.
  if (status !== undefined && status >= 400 && status < 500) return { code: "REQUEST_INVALID", message: `body: ${error.message}`, status };
  return INSIDE;
}

const INSIDE = { code: "INTERNAL", message: "something went wrong inside Muster" } as const;
