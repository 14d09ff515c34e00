/** Runs the scripts that fetch the boot files and build the image, for the Debian release of the configuration. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/config.ts";
import { DEFAULT_SUITE, imageFolder, installerFolder, releaseOf, type Suite } from "../contract/netboot/suite.ts";
import { createDataDir, type DataDir } from "../data-dir.ts";
import { bootFilesFor, loaders, rareLoaders } from "../netboot/boot-files.ts";
import { runStep } from "./run-script.ts";

const scripts = join(import.meta.dirname, "../../scripts");

export interface BuildOptions {
  force: boolean;
  mirror?: string | undefined;
}

/** Both functions return the paths of the files that exist afterwards. */
export async function fetchAssets(data: DataDir, configFile: string | undefined): Promise<string[]> {
  const suite = suiteIn(configFile);
  createDataDir(data);
  await runStep("assets fetch", join(scripts, "assets/fetch"), fetchArguments(data.assets, suite));
  return there(data.assets, [...loaders, ...rareLoaders, ...bootFilesFor("preseed", suite)]);
}

export async function buildImage(data: DataDir, configFile: string | undefined, options: BuildOptions): Promise<string[]> {
  const suite = suiteIn(configFile);
  createDataDir(data);
  await runStep("image build", join(scripts, "image/build"), buildArguments(data.assets, suite, options));
  return there(data.assets, bootFilesFor("image", suite));
}

export const fetchArguments = (assets: string, suite: Suite): string[] => [
  ...["--dest", assets, "--suite", suite],
  ...["--installer-package", `debian-installer-${releaseOf(suite)}-netboot-amd64`, "--installer-folder", installerFolder(suite)],
];

export const buildArguments = (assets: string, suite: Suite, { force, mirror }: BuildOptions): string[] => [
  ...["--dest", join(assets, imageFolder(suite)), "--suite", suite],
  ...(force ? ["--force"] : []),
  ...(mirror === undefined ? [] : ["--mirror", mirror]),
];

/** The files can be fetched before there is a configuration. Then they are of the default release. */
const suiteIn = (configFile: string | undefined): Suite =>
  configFile === undefined ? DEFAULT_SUITE : loadConfig(configFile).machines.debian.suite;

const there = (folder: string, files: readonly string[]): string[] =>
  [...new Set(files)].map((file) => join(folder, file)).filter((file) => existsSync(file));
