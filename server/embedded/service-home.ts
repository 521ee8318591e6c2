import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

import { StartError } from "./sentence";

/** Who a service runs as; empty when it runs as whoever started it. */
export type Account = Readonly<{ uid?: number; gid?: number }>;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** PostgreSQL refuses root and wants an account that exists. Nothing is added to the host for it. */
export function postgresAccount(): Account {
  if (!isRoot()) return {};
  const rows = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const row = rows.find((r) => r[0] === "postgres") ?? rows.find((r) => r[0] === "nobody");
  if (!row) {
    throw new StartError(
      "PostgreSQL does not run as root, and this machine has neither a postgres nor a nobody account: set DATABASE_URL, or start as another user.",
    );
  }
  return { uid: Number(row[2]), gid: Number(row[3]) };
}

/** Asterisk and Redis need no account of that name, only numbers that own nothing else. */
export const asteriskAccount = (): Account => (isRoot() ? { uid: 17_060, gid: 17_060 } : {});
export const redisAccount = (): Account => (isRoot() ? { uid: 17_061, gid: 17_061 } : {});

/** Whether every user may pass through all folders up to `file`. */
export function isOpenToOthers(file: string): boolean {
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    if (existsSync(at) && !(statSync(at).mode & 0o001)) return false;
    if (at === path.dirname(at)) return true;
  }
}

/**
 * Where services keep their files: the data folder. As root they run under other accounts, which have to pass through it
 * (its secrets are files that only root reads), and which cannot reach a checkout below a closed folder such as /root:
 * then a folder under /var/lib takes the place, noted in the data folder so that reset finds it.
 */
export function serviceHome(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  if (!isRoot() || isOpenToOthers(dataDir)) return dataDir;
  if (isOpenToOthers(path.dirname(dataDir))) {
    chmodSync(dataDir, statSync(dataDir).mode | 0o011);
    return dataDir;
  }
  const home = path.join("/var/lib", `ringfence-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`);
  mkdirSync(home, { recursive: true, mode: 0o755 });
  writeFileSync(path.join(dataDir, "service-home"), home);
  return home;
}

/** Where unpacked programs are kept: as asked, unless the accounts that run them could not get there. */
export function reachableCache(cache: string, dataDir: string): string {
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  return !isRoot() || isOpenToOthers(cache) ? cache : path.join(serviceHome(dataDir), "cache");
}

export function ownFolder(folder: string, account: Account, mode = 0o700): string {
  mkdirSync(folder, { recursive: true, mode });
  own(folder, account);
  return folder;
}

export function own(file: string, { uid, gid }: Account): void {
  if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
}
