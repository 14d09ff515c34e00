/** The script with which a machine that has its system already joins the fleet. */
import { render, templateText } from "./templates.ts";

export interface EnrolInput {
  controlUrl: string;
  token: string;
  /** What the machine is called in the fleet, where it has a name there already. */
  name?: string | undefined;
  /** Public keys that may log in as root. */
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
