/**
 * The steps that create the schema, with the oldest first. A database stores the number of steps that were applied to
 * it. Never edit a released migration. Add a new file and a new line for that file instead.
 */

import { alerts } from "./0011-alerts.ts";
import { racks } from "./0012-racks.ts";
import { stepActs } from "./0013-step-acts.ts";
import { leasesByNetwork } from "./0014-leases-by-network.ts";
import { longHistory } from "./0015-long-history.ts";
import { plansByAge } from "./0016-plans-by-age.ts";
import { alertIncidents } from "./0017-alert-incidents.ts";
import { jobOptions } from "./0018-job-options.ts";
import { arpProxies } from "./0019-arp-proxies.ts";
import { interruptedExecutions } from "./0020-interrupted-executions.ts";
import { firstTables } from "./until-0010/0001-first-tables.ts";
import { jobRetries } from "./until-0010/0002-job-retries.ts";
import { jobPurpose } from "./until-0010/0003-job-purpose.ts";
import { dhcpAndQuirks } from "./until-0010/0004-dhcp-and-quirks.ts";
import { jobRuns } from "./until-0010/0005-job-runs.ts";
import { enrolment } from "./until-0010/0006-enrolment.ts";
import { schedules } from "./until-0010/0007-schedules.ts";
import { changes } from "./until-0010/0008-changes.ts";
import { auditRecords } from "./until-0010/0009-audit-records.ts";
import { keyOwners } from "./until-0010/0010-key-owners.ts";

export const migrations: readonly string[] = [
  firstTables,
  jobRetries,
  jobPurpose,
  dhcpAndQuirks,
  jobRuns,
  enrolment,
  schedules,
  changes,
  auditRecords,
  keyOwners,
  alerts,
  racks,
  stepActs,
  leasesByNetwork,
  longHistory,
  plansByAge,
  alertIncidents,
  jobOptions,
  arpProxies,
  interruptedExecutions,
];
