/**
 * The Debian releases that Muster installs. The configuration, the installers, the image, apt and the names of the boot files
 * all take the release from here.
 */
import * as z from "zod";

export const Suite = z.enum(["bookworm", "trixie"]);
export type Suite = z.output<typeof Suite>;

export const DEFAULT_SUITE: Suite = "trixie";

const releases: Record<Suite, number> = { bookworm: 12, trixie: 13 };

/** Returns the number of the release, which Debian's packages and Muster's boot files have in their names. */
export const releaseOf = (suite: Suite): number => releases[suite];

/** Returns the folder of the image, relative to the assets folder. Other releases have other folders. */
export const imageFolder = (suite: Suite): string => `image/${releases[suite]}/amd64`;

/** Returns the folder of the Debian installer, relative to the assets folder. */
export const installerFolder = (suite: Suite): string => `debian-installer/${releases[suite]}/amd64`;
