/** Sends each power action to the part of Muster that performs the action: Muster's own Wake-on-LAN, or the executor. */
import type { Node } from "../../contract/machines/node.ts";
import type { PowerAction, PowerResult } from "../../contract/machines/power.ts";
import { described, requireSupported, settingFor } from "./choose.ts";
import type { RemotePower } from "./remote.ts";
import type { Power } from "./settings.ts";

export interface Means {
  wake(node: Node): Promise<string>;
  remote: Pick<RemotePower, "ask">;
}

export class Switchboard {
  readonly #power: Power;
  readonly #means: Means;

  constructor(power: Power, means: Means) {
    this.#power = power;
    this.#means = means;
  }

  /** Describes the power driver of this node for the timeline. */
  means(node: Node): string {
    return described(settingFor(node, this.#power));
  }

  async perform(node: Node, action: PowerAction): Promise<PowerResult> {
    const setting = settingFor(node, this.#power);
    requireSupported(setting, action, node.name);
    if (setting.driver === "wol") {
      return { driver: "wol", message: `${await this.#means.wake(node)}; the next boot shows whether ${node.name} woke up` };
    }
    const { power, message } = await this.#means.remote.ask(node, action);
    return { driver: setting.driver, ...(power !== undefined && { power }), message: `${node.name} ${message}` };
  }
}
