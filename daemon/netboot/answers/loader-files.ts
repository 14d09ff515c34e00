/** What boot loaders ask for by names of their own: iPXE its autoexec.ipxe, GRUB its configuration. */
import type { BootRequest, BootResponse } from "../../../pxe/boot-source.ts";
import { grubFromIpxe, grubStart } from "../scripts/grub.ts";
import { autoexecScript } from "../scripts/scripts.ts";
import { script } from "./responses.ts";

export class LoaderDesk {
  readonly #bootUrl: string;

  constructor(bootUrl: string) {
    this.#bootUrl = bootUrl;
  }

  /** Over TFTP and HTTP alike. GRUB looks in two folders; iPXE beside itself, wherever that was. */
  file(path: string): string | undefined {
    const name = path.replaceAll("\\", "/").replace(/^\/*/, "");
    if (/^(assets\/ipxe\/)?autoexec\.ipxe$/.test(name)) return autoexecScript(this.#bootUrl);
    if (/^(assets\/ipxe\/)?grub\/(i386-efi\/)?grub\.cfg$/.test(name)) return grubStart(this.#bootUrl);
    return undefined;
  }

  /** Undefined: not a loader's question. `ask` answers as iPXE would be answered. */
  respond(request: BootRequest, ask: (request: BootRequest) => BootResponse): BootResponse | undefined {
    const file = this.file(request.path);
    if (file !== undefined) return script(file);
    if (request.path !== "/boot.grub") return undefined;
    if (!request.query.has("mac")) return script(grubStart(this.#bootUrl));
    const said = ask({ ...request, path: "/boot.ipxe" });
    return said.status === 200 ? { ...said, body: grubFromIpxe(said.body) } : said;
  }
}
