/** Builds the responses of the boot HTTP server that are not files. */
import type { BootResponse } from "../../../pxe/boot-source.ts";

export const script = (body: string): BootResponse => ({ status: 200, contentType: "text/plain; charset=utf-8", body });
export const plain = (body: string): BootResponse => ({ status: 200, contentType: "text/plain; charset=utf-8", body });

export const refuse = (status: Exclude<BootResponse["status"], 200>, reason: string): BootResponse => ({
  status,
  contentType: "text/plain; charset=utf-8",
  body: `${reason}\n`,
});
