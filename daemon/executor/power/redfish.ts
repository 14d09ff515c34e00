/** The Redfish driver. It finds the computer, reads its power state and resets it. */
import type * as z from "zod";
import { MusterError } from "../../errors/errors.ts";
import { Collection, ComputerSystem, chosenSystem, powerStateOf, resetTypeFor, ServiceRoot } from "../../machines/power/redfish.ts";
import type { SettingOf } from "../../machines/power/settings.ts";
import { readPassword } from "./password.ts";
import { RedfishTalk } from "./redfish-talk.ts";
import type { Bmc } from "./switch.ts";

/** A BMC has few sessions, so the session is always closed, also when `work` fails. */
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
    // A session that cannot be closed expires by itself. The result of `work` matters more.
    await logOut().catch(() => undefined);
  }
}
