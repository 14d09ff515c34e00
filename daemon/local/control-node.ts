/** Who works on the control node itself, and whether they may write what is the daemon's. */
import { accessSync, constants } from "node:fs";
import { userInfo } from "node:os";
import { CommandFailure } from "../cli/failure.ts";

/** With sudo, the person behind root. */
export const atTheKeyboard = (): string => process.env.SUDO_USER || userInfo().username;

export function requireOurs(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EROFS"))) return;
    throw new CommandFailure(
      "NO_PERMISSION",
      `${path} cannot be written by ${userInfo().username}`,
      "Run it as the user the daemon runs as, for root with sudo.",
    );
  }
}
