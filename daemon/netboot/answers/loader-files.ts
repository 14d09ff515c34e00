/** Answers requests of boot loaders for files with fixed names: autoexec.ipxe for iPXE and the configuration of GRUB. */
import type { BootRequest, BootResponse } from "../../../pxe/boot-source.ts";
import { grubFromIpxe, grubStart } from "../scripts/grub.ts";
import { autoexecScript } from "../scripts/scripts.ts";
import { script } from "./responses.ts";

export class LoaderFiles {
  readonly #bootUrl: string;

  constructor(bootUrl: string) {
    this.#bootUrl = bootUrl;
  }

  /**
   * Returns the file, which is the same over TFTP and HTTP. GRUB searches two folders. iPXE searches the folder
   * from which it was loaded.
   */
  file(path: string): string | undefined {
    const name = path.replaceAll("\\", "/").replace(/^\/*/, "");
    if (/^(assets\/ipxe\/)?autoexec\.ipxe$/.test(name)) return autoexecScript(this.#bootUrl);
    if (/^(assets\/ipxe\/)?grub\/(i386-efi\/)?grub\.cfg$/.test(name)) return grubStart(this.#bootUrl);
    return undefined;
  }

  /**
   * Returns the response for a file of a boot loader, or undefined for any other request. `ask` returns the
   * response for iPXE.
   */
  respond(request: BootRequest, ask: (request: BootRequest) => BootResponse): BootResponse | undefined {
    const file = this.file(request.path);
    if (file !== undefined) return script(file);
    if (request.path !== "/boot.grub") return undefined;
    if (!request.query.has("mac")) return script(grubStart(this.#bootUrl));
    const said = ask({ ...request, path: "/boot.ipxe" });
    return said.status === 200 ? { ...said, body: grubFromIpxe(said.body) } : said;
  }
}
