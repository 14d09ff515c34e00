/**
 * Finds the build of iPXE that boots a machine. The builds differ in the network driver: the firmware's driver
 * or iPXE's own driver. If the usual build fails repeatedly, the other build is tried. Pure.
 */
import type { Loader } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LoaderTrial {
  /** The loader that the machine fetched completely but that has not requested a script yet. */
  pending: Loader | undefined;
  /** For each loader: the number of consecutive fetches after which the loader requested no script. */
  lost: Readonly<Record<Loader, number>>;
}

export const noLoaderTrial: LoaderTrial = { pending: undefined, lost: { snponly: 0, ipxe: 0 } };

/** The number of failures after which the other loader is tried. A person may cause one or two failures with the reset button. */
const ENOUGH = 3;

/** Returns the next loader if both loaders are available. After `ENOUGH` failures of one loader, the other loader is next. */
export function loaderTried({ lost }: LoaderTrial, usual: Loader): Loader {
  const other = otherThan(usual);
  return Math.floor(lost[usual] / ENOUGH) > Math.floor(lost[other] / ENOUGH) ? other : usual;
}

export const loaderFetched = ({ pending, lost }: LoaderTrial, loader: Loader): LoaderTrial => ({
  pending: loader,
  lost: pending === undefined ? lost : { ...lost, [pending]: lost[pending] + 1 },
});

/** Records that iPXE requested its script, which shows that the pending loader works on this machine. */
export function loaderCameUp({ pending, lost }: LoaderTrial): { trial: LoaderTrial; lesson?: Lesson } {
  if (pending === undefined) return { trial: noLoaderTrial };
  const other = otherThan(pending);
  if (lost[other] < ENOUGH) return { trial: noLoaderTrial };
  const because = `${other} was loaded ${lost[other]} times and never requested its script, ${pending} did`;
  return { trial: noLoaderTrial, lesson: { quirks: { loader: pending }, because } };
}

const otherThan = (loader: Loader): Loader => (loader === "snponly" ? "ipxe" : "snponly");
