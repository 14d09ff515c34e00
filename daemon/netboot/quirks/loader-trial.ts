/**
 * Finds the iPXE build (the firmware's network driver or its own) that brings a machine to its script. Tries
 * the other one when the usual one repeatedly fails. Pure.
 */
import type { Loader } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LoaderTrial {
  /** The loader that was fetched completely, with no request from it since. */
  pending: Loader | undefined;
  /** Number of times in a row that a loader was fetched but never requested its script. */
  lost: Readonly<Record<Loader, number>>;
}

export const noLoaderTrial: LoaderTrial = { pending: undefined, lost: { snponly: 0, ipxe: 0 } };

/** A person may cause one or two failures with the reset button. */
const ENOUGH = 3;

/** The next loader, if both are served. After this many failures of one, they alternate. */
export function loaderTried({ lost }: LoaderTrial, usual: Loader): Loader {
  const other = otherThan(usual);
  return Math.floor(lost[usual] / ENOUGH) > Math.floor(lost[other] / ENOUGH) ? other : usual;
}

export const loaderFetched = ({ pending, lost }: LoaderTrial, loader: Loader): LoaderTrial => ({
  pending: loader,
  lost: pending === undefined ? lost : { ...lost, [pending]: lost[pending] + 1 },
});

/** iPXE requested its script, so the loader it came from works on this machine. */
export function loaderCameUp({ pending, lost }: LoaderTrial): { trial: LoaderTrial; lesson?: Lesson } {
  if (pending === undefined) return { trial: noLoaderTrial };
  const other = otherThan(pending);
  if (lost[other] < ENOUGH) return { trial: noLoaderTrial };
  const because = `${other} was loaded ${lost[other]} times and never requested its script, ${pending} did`;
  return { trial: noLoaderTrial, lesson: { quirks: { loader: pending }, because } };
}

const otherThan = (loader: Loader): Loader => (loader === "snponly" ? "ipxe" : "snponly");
