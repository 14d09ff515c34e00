/** The error codes and hints of the area `admin`: keys, sessions, the configuration and the daemon itself. */
export const adminHints = {
  KEY_NOT_FOUND: "List the keys with `muster key list`.",
  KEY_MISSING: "Send the header `Authorization: Bearer <key>`. Create a key with `muster key create`.",
  KEY_INVALID: "Create a new key with `muster key create --name <name> --role <role>` on the control node.",
  KEY_EXPIRED: "Ask an admin for a new key: `muster key create --name <name> --role <role>` on the control node creates one.",
  SESSION_ENDED: "Log in again with your key. A session lasts one hour.",
  NOT_ALLOWED: "Use a key with a role that may do this. `muster key create --name <name> --role <role>` creates one.",
  CSRF_INVALID: "Send the csrfToken of the login answer as the header `x-csrf-token`.",
  ORIGIN_REFUSED: "Open the page at Muster's own address. Behind a proxy, set `admin.control.page_url` to the address in the browser.",
  CONFIG_INVALID: "Compare the file with the output of `muster init --print`.",
  CONFIG_NOT_FOUND: "Write one with `muster init`, or name one with --config.",
  DATA_DIR_UNUSABLE: "Name a folder that this user may write with --data or MUSTER_DATA, or run as the owner of the folder.",
  DATA_DIR_ACCESS: "As root, run `muster prepare` with the same --config and --data, and start again.",
  DATA_DIR_SEPARATE:
    "Start the processes with `systemctl start muster.target`. To use `muster up` again, stop them and give the folder to one user with `chown -R`.",
  ACCOUNTS_MISSING: "As root, run scripts/systemd/install and then systemd-sysusers. They create the users of the processes.",
  MEMORY_LOW: "Give the machine or the service more memory, for example with MemoryMax= in the systemd unit.",
  DATABASE_NEWER: "A newer Muster wrote this database. Install that version, or restore a backup.",
  DATABASE_DAMAGED:
    "Stop Muster and restore a backup (docs/admin.md, section Backup). Without a backup, `sqlite3 muster.db .recover` saves what can be read.",
  DATABASE_LOST: "Restore a backup of muster.db. To forget all nodes and begin with an empty database, run `muster up --new-database`.",
  AUDIT_KEY_UNUSABLE:
    "Restore the key from a backup. Without it, move audit/key.pem and audit/key.pub to another place: Muster creates a new key, and earlier checkpoints are verified with the old key.pub.",
  DOCTOR_SILENT: "Run `muster doctor` on the control node. The daemon's log shows what its processes do.",
  LAUNCH_FAILED: "Install the missing program. `muster doctor` names the package.",
  PORT_UNAVAILABLE: "Stop the other program on that port, or change the port in muster.yaml. `muster doctor` names the program.",
  DAEMON_UNREACHABLE: "Start the daemon with `muster up`, or set MUSTER_URL to its address.",
  DAEMON_RUNNING: "Stop the running one first, or choose another folder with --data.",
  DISK_FULL: "Free space in Muster's data folder, then retry. `df -h` shows the usage, `muster doctor` shows the folder.",
  INTERNAL: "This is a defect in Muster. The log line with the same request id has the details.",
} as const;
