/** Joins Muster's own actions (acts) of all areas. */
import { type CancelPorts, jobActs } from "../../jobs/cancel-job.ts";
import { type Acts, machineActs } from "../../machines/acts/own-acts.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import { type RecordPorts, recordActs } from "../../machines/acts/records/record-acts.ts";
import { addressActs, type ReleasePorts } from "../../netboot/dhcp/release-address.ts";
import { type QuirkPorts, quirkActs } from "../../netboot/quirks/quirk-acts.ts";

export type OwnActPorts = ActPorts & RecordPorts & QuirkPorts & ReleasePorts & CancelPorts;

export const ownActs = (ports: OwnActPorts): Acts => ({
  ...machineActs(ports),
  ...recordActs(ports),
  ...quirkActs(ports),
  ...addressActs(ports),
  ...jobActs(ports),
});
