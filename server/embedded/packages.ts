import { existsSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";

/** What is unpacked from Debian. */
export type Recipe = Readonly<{
  name: string;
  /** Lines of "pool/path sha256": exactly these files, as long as the mirror has them. */
  lockFile: string;
  /** What apt is asked for when the mirror has them no more. */
  packages: readonly string[];
  /** Wanted for their data, not for a library. */
  dataPackages: readonly string[];
  /** Below the tree's root: what they are linked with decides which packages the lock holds. */
  programs: () => readonly string[];
  /** A program of the tree and arguments that make it print its version and end. */
  proof: readonly [program: string, ...args: string[]];
  /** What the packages' own install scripts, which are not run, would have done. */
  finish?: (root: string) => void;
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
  finish: (root) => {
    const sounds = path.join(root, "usr/share/asterisk/sounds");
    if (!existsSync(path.join(sounds, "en"))) symlinkSync("en_US_f_Allison", path.join(sounds, "en"));
  },
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

/** The telephone of the tests, for machines where nothing may be installed. */
export const sippRecipe: Recipe = {
  name: "sipp",
  lockFile: path.join(here, "locks/sipp.lock"),
  packages: ["sip-tester"],
  dataPackages: [],
  programs: () => ["usr/bin/sipp"],
  proof: ["usr/bin/sipp", "-v"],
};

function loadedModules(): string[] {
  const text = readFileSync(path.join(asteriskConfigFolder, "modules.conf"), "utf8");
  return [...text.matchAll(/^load => (\w+\.so)/gm)].map((match) => match[1] ?? "");
}
