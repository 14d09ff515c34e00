/** The ways in which a request to Consul or Nomad fails. */
import { type ErrorCode, MusterError } from "./errors.ts";

export type ClusterService = "Consul" | "Nomad";

export class ClusterFailure extends MusterError {
  readonly service: ClusterService;
  /** The message without the name of the service. */
  readonly reason: string;

  constructor(code: ErrorCode, service: ClusterService, reason: string, options?: { cause: unknown }) {
    super(code, `${service}: ${reason}`, options);
    this.service = service;
    this.reason = reason;
  }
}

/** No answer arrived, or the answer ended too early. The service may still have done what a write asked. */
export class Unreachable extends ClusterFailure {
  constructor(service: ClusterService, reason: string, options?: { cause: unknown }) {
    super("CLUSTER_UNREACHABLE", service, reason, options);
  }
}

/** The servers have no leader. If the leader was lost during a write, the write may still take effect. */
export class NoLeader extends ClusterFailure {
  constructor(service: ClusterService, reason: string) {
    super("CLUSTER_NO_LEADER", service, reason);
  }
}

export class Forbidden extends ClusterFailure {
  constructor(service: ClusterService, reason: string) {
    super("CLUSTER_FORBIDDEN", service, reason);
  }
}

export class NotFound extends ClusterFailure {
  constructor(service: ClusterService, reason: string) {
    super("CLUSTER_NOT_FOUND", service, reason);
  }
}

/** The object no longer has the index that the request named. Nothing was changed. */
export class Conflict extends ClusterFailure {
  /** The present object, if the service sent it. */
  readonly present: unknown;

  constructor(service: ClusterService, reason: string, present?: unknown) {
    super("CLUSTER_CONFLICT", service, reason);
    this.present = present;
  }
}

/** The service understood the request and did not do it. */
export class Refused extends ClusterFailure {
  readonly status: number;
  /** The text of the service, on one line and shortened. */
  readonly text: string;

  constructor(service: ClusterService, status: number, text: string) {
    super("CLUSTER_REFUSED", service, text === "" ? `it answered ${status}` : `it answered ${status}: ${text}`);
    this.status = status;
    this.text = text;
  }
}

/** The answer is too long, is not JSON, or has another form than the documentation says. */
export class Unreadable extends ClusterFailure {
  constructor(service: ClusterService, reason: string, options?: { cause: unknown }) {
    super("CLUSTER_UNREADABLE", service, reason, options);
  }
}
