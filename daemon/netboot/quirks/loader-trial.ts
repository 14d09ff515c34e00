/** Whose network driver brings a machine from its loader to its script: the other one is tried when one never does. Pure. */
import type { Loader } from "../../contract/netboot/quirk.ts";
import type { Lesson } from "./tftp-trial.ts";

export interface LoaderTrial {
  /** Fetched whole, and nothing was heard of it since. */
  pending: Loader | undefined;
  /** How often in a row a loader was fetched and never asked for its script. */
  lost: Readonly<Record<Loader, number>>;
}

export const noLoaderTrial: LoaderTrial = { pending: undefined, lost: { snponly: 0, ipxe: 0 } };

/** One loss may be a hand on the reset button, two an impatient one. */
const ENOUGH = 3;

/** Which one comes next, where both are served: after so many losses each has its turn. */
export function loaderTried({ lost }: LoaderTrial, usual: Loader): Loader {
  const other = otherThan(usual);
  return Math.floor(lost[usual] / ENOUGH) > Math.floor(lost[other] / ENOUGH) ? other : usual;
}

export const loaderFetched = ({ pending, lost }: LoaderTrial, loader: Loader): LoaderTrial => ({
  pending: loader,
  lost: pending === undefined ? lost : { ...lost, [pending]: lost[pending] + 1 },
});

/** iPXE came for its script: the loader it was started from works on this machine. */
export function loaderCameUp({ pending, lost }: LoaderTrial): { trial: LoaderTrial; lesson?: Lesson } {
  if (pending === undefined) return { trial: noLoaderTrial };
  const other = otherThan(pending);
  if (lost[other] < ENOUGH) return { trial: noLoaderTrial };
  const because = `${other} was loaded ${lost[other]} times and never asked for its script, ${pending} did`;
  return { trial: noLoaderTrial, lesson: { quirks: { loader: pending }, because } };
}

const otherThan = (loader: Loader): Loader => (loader === "snponly" ? "ipxe" : "snponly");
