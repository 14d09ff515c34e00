/** The error for a port that cannot be opened names the configuration key and the remedy. */
import { MusterError } from "../errors/errors.ts";

export async function available<T>(key: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const forbidden = cause instanceof Error && "code" in cause && cause.code === "EACCES";
    const instead = forbidden ? " without root; systemd can open the port (scripts/systemd/install)" : "";
    throw new MusterError("PORT_UNAVAILABLE", `${key}: cannot listen${instead}`, { cause });
  }
}
