/** Writes the enrol script. A machine that already has a system runs this script to join the fleet. */
import { render, templateText } from "./templates.ts";

export interface EnrolInput {
  controlUrl: string;
  token: string;
  /** The machine's name in the fleet, or undefined if the machine has no name yet. */
  name?: string | undefined;
  /** The public keys that may log in as root. */
  sshKeys: readonly string[];
}

export const enrolScript = ({ controlUrl, token, name, sshKeys }: EnrolInput): string =>
  render("enrol.sh", {
    control_url: controlUrl,
    config: JSON.stringify({ url: controlUrl, token, ...(name !== undefined && { name }) }),
    ssh_keys: sshKeys,
    call_home: templateText("call-home.py").trimEnd(),
    call_home_unit: templateText("call-home.service").trimEnd(),
  });
