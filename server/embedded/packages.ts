import { readFileSync } from "node:fs";
import path from "node:path";

/** What is unpacked from Debian: the packages asked for, and the files whose libraries decide what the lock must hold. */
export type Recipe = Readonly<{
  name: string;
  lockFile: string;
  packages: readonly string[];
  /** Wanted for their data, not for a library. */
  dataPackages: readonly string[];
  /** Programs and modules below the tree's root. */
  programs: () => readonly string[];
  proof: readonly [program: string, ...args: string[]];
}>;

const here = import.meta.dirname;
export const asteriskConfigFolder = path.join(here, "asterisk/etc");
export const moduleFolder = "usr/lib/x86_64-linux-gnu/asterisk/modules";

export const asteriskRecipe: Recipe = {
  name: "asterisk",
  lockFile: path.join(here, "locks/asterisk.lock"),
  packages: ["asterisk", "asterisk-modules", "asterisk-config", "asterisk-core-sounds-en-gsm"],
  dataPackages: ["asterisk-config", "asterisk-core-sounds-en-gsm"],
  programs: () => ["usr/sbin/asterisk", ...loadedModules().map((name) => `${moduleFolder}/${name}`)],
  proof: ["usr/sbin/asterisk", "-V"],
};

export const redisRecipe: Recipe = {
  name: "redis",
  lockFile: path.join(here, "locks/redis.lock"),
  packages: ["redis-server", "redis-tools"],
  // Holds the link by which the program knows that it is the server.
  dataPackages: ["redis-server"],
  programs: () => ["usr/bin/redis-server", "usr/bin/redis-check-rdb"],
  proof: ["usr/bin/redis-server", "--version"],
};

function loadedModules(): string[] {
  const text = readFileSync(path.join(asteriskConfigFolder, "modules.conf"), "utf8");
  return [...text.matchAll(/^load => (\w+\.so)/gm)].map((match) => match[1] ?? "");
}
