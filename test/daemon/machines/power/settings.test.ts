/** Values that the `power` section accepts and refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { explain } from "../../../../daemon/errors/errors.ts";
import { settingFor } from "../../../../daemon/machines/power/choose.ts";
import { ipmiFailure } from "../../../../daemon/machines/power/ipmi.ts";
import { complaintIn } from "../../../../daemon/machines/power/redfish.ts";

const power = (yaml: string) => parseConfig(`machines: { power: ${yaml} }`, "muster.yaml").machines.power;
const ipmi = "{ driver: ipmi, address: 10.0.9.1, user: root, password_file: /etc/muster/bmc";

test("a node's driver is found by its name, by any MAC address however written, or is the default", () => {
  const settings = power(`{ default: { driver: wol }, nodes: { n1: ${ipmi} }, 52-54-00-AA-BB-CC: { driver: manual } } }`);
  assert.equal(settingFor({ name: "n1", macs: [] }, settings).driver, "ipmi");
  assert.equal(settingFor({ name: "n2", macs: ["52:54:00:00:00:01", "52:54:00:aa:bb:cc"] }, settings).driver, "manual");
  assert.equal(settingFor({ name: "n3", macs: [] }, settings).driver, "wol");
  assert.throws(() => settingFor({ name: "n3", macs: [] }, power("{}")), { code: "POWER_NOT_CONFIGURED" });
  assert.throws(() => settingFor({ name: "constructor", macs: [] }, power("{}")), { code: "POWER_NOT_CONFIGURED" });
});

const refused: [string, string, RegExp][] = [
  [
    "an address that ipmitool would take for an option",
    "{ nodes: { n1: { driver: ipmi, address: -f, password_file: /p } } }",
    /address: is not an address/,
  ],
  ["a password instead of its file", `{ nodes: { n1: ${ipmi}, password: secret } } }`, /password: there is no such key|Unrecognized key/],
  [
    "a password file without a place",
    "{ nodes: { n1: { driver: ipmi, address: a, password_file: bmc } } }",
    /password_file: is not an absolute path/,
  ],
  ["a driver there is not", "{ nodes: { n1: { driver: telnet } } }", /nodes\.n1/],
  ["a command looked up somewhere", "{ default: { driver: command, on: [reboot] } }", /on: must begin with the absolute path/],
  ["a placeholder inside a word", '{ default: { driver: command, on: [/bin/x, "--mac={mac}"] } }', /a placeholder inside a word/],
  ["a command that does nothing", "{ default: { driver: command } }", /has none of on, off/],
  ["a default with an address: machines do not share a BMC", `{ default: ${ipmi} } }`, /default/],
  ["a name no node can have", "{ nodes: { -x: { driver: wol } } }", /nodes/],
];
for (const [what, yaml, message] of refused)
  test(`${what} is refused`, () => {
    assert.throws(
      () => power(yaml),
      (error) => {
        assert.match(explain(error), message);
        return true;
      },
    );
  });

test("of what a Redfish service complains the part that means something is kept", () => {
  const extended = { error: { message: "See below.", "@Message.ExtendedInfo": [{ Message: "The machine is on fire." }] } };
  assert.equal(complaintIn(extended), "The machine is on fire.");
  assert.equal(complaintIn({ error: { message: "No." } }), "No.");
  assert.equal(complaintIn("<html>"), undefined);
});

test("a login with too few rights is distinguished from one that is refused", () => {
  const setting = {
    driver: "ipmi",
    address: "bmc",
    port: 623,
    user: "guest",
    password_file: "/p",
    interface: "lanplus",
    privilege: "operator",
  } as const;
  const noise = "Loading IANA PEN Registry...\nInvalid completion code received: Insufficient privilege level\n";
  const failure = (line: string) => {
    const { code, message } = ipmiFailure(`${noise}${line}\n`, setting);
    return `${code} ${message}`;
  };
  const few = "Set Chassis Power Control to Up/On failed: Insufficient privilege level";
  assert.equal(failure(few), `POWER_LOGIN_REFUSED the BMC at bmc grants guest too few rights: ${few}`);
  assert.match(failure("Set Session Privilege Level to ADMINISTRATOR failed"), /^POWER_LOGIN_REFUSED/);
  const other = "Get Chassis Power Status failed: Unspecified error";
  assert.equal(failure(other), `POWER_FAILED the BMC at bmc failed: ${other}`);
});
