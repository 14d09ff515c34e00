/** Failures an operator can meet. A code is stable API; its hint says what to do next. */
export const hints = {
  NODE_NOT_FOUND: "List the known nodes with `muster nodes`.",
  NODE_WRONG_PHASE: "See the node's phase and what led to it with `muster node <name>`.",
  NODE_UNSUITABLE: "Install that machine by hand, or replace it; `muster node <name>` shows what is known of its hardware.",
  RACK_NOT_FOUND: "List them with `muster rack`; `muster rack add` makes one.",
  PLACE_REFUSED: "`muster rack` shows who stands where.",
  NODE_NAME_TAKEN: "Choose another name; `muster nodes` shows those in use.",
  CAPTURE_EMPTY: "Boot it from the network once; packets are kept of machines that boot, for as long as there is room.",
  PLAYBOOK_NOT_FOUND: "List those that may be run with `muster playbooks`; they are files of the folder `playbooks` with a header.",
  SCHEDULE_NOT_FOUND: "List them with `muster schedule list`.",
  JOB_NOT_FOUND: "List the jobs with `muster jobs`.",
  JOB_IN_PROGRESS: "Wait for it, or follow it with `muster job <id> --follow`.",
  JOB_NOT_CANCELLABLE: "Only a queued or running job can be cancelled; `muster job <id>` shows its state.",
  PLAN_NOT_FOUND: "A plan is known by the id that `muster do` printed; `muster executions` and `muster approvals` name theirs.",
  PLAN_DENIED: "No approval changes that; `muster plan <id>` shows its steps and the rule, `muster policy rules` all of them.",
  PLAN_ALTERED: "Propose it again with `dryRun` and send what that answers, unchanged.",
  IDEMPOTENCY_KEY_USED: "Choose another Idempotency-Key for another wish; a key names its plan for a day.",
  APPROVALS_PENDING: "Have some of them answered first; `muster approvals` lists them.",
  APPROVAL_NEEDED: "Nothing has happened yet. Another person answers with that command; it is done when enough have said yes.",
  UNDER_WAY: "It was approved and is begun or about to be, and is not done twice: that command and `muster executions` show how it goes.",
  STEP_NOT_AT_WORK: "Only the executor sends this header, for a step of a plan it is carrying out; leave it away.",
  APPROVAL_NOT_FOUND: "List those that wait for an answer with `muster approvals`.",
  VOTE_REFUSED: "`muster approvals` lists those that wait; another person's key of the role operator or admin may answer.",
  VOTERS_INVALID: "Repair that file, or move it away and write it anew with `muster voter add`; until then no approval is believed.",
  VOTER_KEY_UNUSABLE: "Name a voter key with MUSTER_VOTER_KEY, or make one with `muster voter keygen`.",
  APPROVAL_NOT_WITHDRAWN: "`muster approvals` lists what waits; who did not ask for it may say no with `muster deny <id>`.",
  EXECUTION_NOT_FOUND: "List them with `muster executions`.",
  EXECUTION_NOT_CANCELLABLE: "Only one that waits or runs can be cancelled; `muster execution <id>` shows its state.",
  LEASE_NOT_FOUND: "List the addresses with `muster leases`.",
  LEASE_IN_USE:
    "Only an address that was declined or is in conflict can be given back; a lease ends by itself or when its machine gives it up.",
  DOCTOR_SILENT: "Run `muster doctor` on the control node itself; the daemon's log says what its processes do.",
  NETBOOT_SILENT: "Addresses are handed out by netboot in full mode: `muster doctor` and the daemon's log say whether it runs.",
  QUIRKS_UNKNOWN: "List the machines that are booted otherwise than usual with `muster quirks`.",
  REQUEST_INVALID: "Correct the field that is named and send the request again.",
  ROUTE_NOT_FOUND: "The routes are listed at /api/openapi.json.",
  METHOD_NOT_ALLOWED: "Use a method named in the Allow header; /api/openapi.json lists the routes.",
  BODY_TOO_LARGE: "Send less than 256 KiB.",
  MEDIA_TYPE_UNSUPPORTED: "Send JSON with the header `Content-Type: application/json`.",
  UPGRADE_REQUIRED: "Open it as a WebSocket; `GET /api/events` answers plain requests.",
  TOKEN_INVALID: "A token works once, for one machine; arm the node again or create one with `muster token create`.",
  MACHINE_QUARANTINED: "An operator sees it with `muster quarantine` and lets it in or turns it away.",
  CLAIM_NOT_FOUND: "List who is kept out with `muster quarantine`.",
  GROUP_NOT_FOUND: "`muster inventory` shows the groups; `muster group add <node> <group>` makes one.",
  TOKEN_NOT_FOUND: "List the tokens that work with `muster token list`.",
  KEY_NOT_FOUND: "List the keys with `muster key list`.",
  KEY_MISSING: "Send the header `Authorization: Bearer <key>`; create a key with `muster key create`.",
  KEY_INVALID: "Create a new key with `muster key create --name <name> --role <role>` on the control node.",
  KEY_EXPIRED: "Ask an admin for a new key; `muster key create --name <name> --role <role>` on the control node makes one.",
  SESSION_ENDED: "Log in again with your key; a session lasts one hour.",
  NOT_ALLOWED: "Use a key whose role allows this; `muster key create --name <name> --role <role>` makes one.",
  CSRF_INVALID: "Send the csrfToken that logging in answered as the header `x-csrf-token`.",
  ORIGIN_REFUSED: "Open the page at the address Muster itself is reached by.",
  ADDRESS_NOT_ALLOWED: "Add the network to `machines.call_home.networks` in muster.yaml if its machines are yours.",
  RATE_LIMITED: "Wait for the time named in Retry-After.",
  CONFIG_INVALID: "Compare the file with what `muster init --print` writes.",
  CONFIG_NOT_FOUND: "Write one with `muster init`, or name one with --config.",
  DATA_DIR_UNUSABLE: "Name a folder this user may write with --data or MUSTER_DATA, or run as the user it belongs to.",
  TOOL_NOT_FOUND: "List the tools with `muster tools`.",
  TOOL_INVALID: "Correct the form at the line that is named; `muster tools check` reads them all.",
  RUNBOOK_NOT_FOUND: "List the runbooks with `muster runbooks`.",
  RUNBOOK_INVALID: "Correct the runbook at the line that is named; `muster runbooks check` reads them all.",
  PARAMETER_INVALID: "Correct what is named; `muster tools` and `muster runbooks` show what each takes.",
  POLICY_INVALID: "Repair that file; `muster policy test` says whether all rules can be read and still decide as they should.",
  INVENTORY_INVALID: "Repair the file by hand; Muster has not changed it.",
  INVENTORY_LOCKED: "See who holds it: the lock is the folder inventory.yaml.lock beside the file.",
  DATABASE_NEWER: "This database was written by a newer Muster; install that version or restore a backup.",
  EXECUTOR_UNREACHABLE: "The job waits and is not lost; the daemon's log says why its executor is away.",
  LAUNCH_FAILED: "Install what is missing; `muster doctor` names the package.",
  OTHER_DHCP_SERVER: "Switch that server off, or use `netboot.dhcp: proxy`, which hands out no addresses.",
  PORT_UNAVAILABLE: "Stop the other program on that port or change it in muster.yaml; `muster doctor` names it.",
  DAEMON_UNREACHABLE: "Start it with `muster up`, or set MUSTER_URL to where it runs.",
  DAEMON_RUNNING: "Stop the running one first, or choose another folder with --data.",
  BOOT_FILES_MISSING: "Fetch them with `muster assets fetch`; build the image with `muster image build`.",
  POWER_NOT_CONFIGURED:
    "Correct `power` in muster.yaml (a driver under `machines.power.nodes`, by name or MAC address) and start the daemon again.",
  POWER_NOT_SUPPORTED: "Give the node a driver that can under `machines.power.nodes` in muster.yaml: ipmi, redfish or command.",
  POWER_BY_HAND: "Do it at the machine; `muster node <name>` shows what it does then.",
  POWER_BUSY: "Wait until it is over, at most `machines.power.timeout_seconds`.",
  POWER_UNREACHABLE: "Check its address, its network, and that IPMI over LAN or Redfish is switched on in its settings.",
  POWER_LOGIN_REFUSED:
    "Compare `user`, `password_file` and `privilege` or `certificate_sha256` in muster.yaml with the BMC's own settings.",
  POWER_PROGRAM_MISSING: "Install it on the control node; ipmitool is the Debian package of that name.",
  POWER_FAILED: "`muster power status <name>` says how the machine is now; the daemon's log has the rest.",
  POWER_UNKNOWN: "Nobody knows whether it happened: ask with `muster power status <name>`.",
  DISK_FULL: "Make room where Muster keeps its data, then ask again: `df -h` shows how full it is, `muster doctor` where that is.",
  INTERNAL: "This is a defect in Muster; the log line with the same request id says more.",
} as const;
export type ErrorCode = keyof typeof hints;

export class MusterError extends Error {
  override readonly name = "MusterError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }

  get hint(): string {
    return hints[this.code];
  }
}

/** What SQLite and the system say when the disk, or this user's share of it, is full. */
const FULL: readonly unknown[] = ["SQLITE_FULL", "ENOSPC", "EDQUOT"];
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && FULL.includes(error.code)) || isDiskFull(error.cause));

/** "install of n1 failed: ansible-playbook exited 2: unreachable": each link says only its own part. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
