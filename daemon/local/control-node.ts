/** Determines the user of a command on the control node, and checks that this user may write the daemon's files. */
import { accessSync, constants } from "node:fs";
import { userInfo } from "node:os";
import { CommandFailure } from "../cli/failure.ts";

/** Returns the name of the user. The result is the user who called sudo, if there is one. */
export const atTheKeyboard = (): string => process.env.SUDO_USER || userInfo().username;

export function requireOurs(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EROFS"))) return;
    throw new CommandFailure(
      "NO_PERMISSION",
      `${path} cannot be written by ${userInfo().username}`,
      "Run it as the daemon's user; if that is root, use sudo.",
    );
  }
}
