/** Implements the Redfish driver. The driver finds the computer, reads its power state and resets it. */
import type * as z from "zod";
import { MusterError } from "../../errors/errors.ts";
import { Collection, ComputerSystem, chosenSystem, powerStateOf, resetTypeFor, ServiceRoot } from "../../machines/power/redfish.ts";
import type { SettingOf } from "../../machines/power/settings.ts";
import { readPassword } from "./password.ts";
import { RedfishTalk } from "./redfish-talk.ts";
import type { Bmc } from "./switch.ts";

/** Opens a session and calls `work`. Closes the session even if `work` fails, because a BMC allows only a few sessions. */
export async function withRedfish<T>(setting: SettingOf<"redfish">, signal: AbortSignal, work: (bmc: Bmc) => Promise<T>): Promise<T> {
  const password = readPassword(setting.password_file);
  const talk = new RedfishTalk(setting, signal);
  const get = async <S extends z.ZodType>(path: string, shape: S): Promise<z.output<S>> => {
    const parsed = shape.safeParse(await talk.ask("GET", path));
    if (parsed.success) return parsed.data;
    throw new MusterError("POWER_FAILED", `the answer of the BMC for ${path} is not valid Redfish`);
  };
  const root = await get("/redfish/v1/", ServiceRoot);
  const logOut = await talk.logIn(root.Links?.Sessions?.["@odata.id"], password);
  try {
    const { Members } = await get(root.Systems["@odata.id"], Collection);
    const path = chosenSystem(
      Members.map((member) => member["@odata.id"]),
      setting.system,
    );
    return await work({
      state: async () => powerStateOf(await get(path, ComputerSystem)),
      act: async (action) => {
        const system = await get(path, ComputerSystem);
        await talk.ask("POST", system.Actions["#ComputerSystem.Reset"].target, { ResetType: resetTypeFor(action, system) });
      },
    });
  } finally {
    // Ignores an error of the logout, because the session expires and the result of `work` is more important.
    await logOut().catch(() => undefined);
  }
}
