import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What another program needs to find and use a running start: the command line, tests, the bench. */
export type Runtime = Readonly<{
  pid: number;
  databaseUrl: string;
  migrateUrl: string;
  redisUrl?: string | undefined;
  amiHost?: string | undefined;
  amiPort?: number | undefined;
  amiReadUsername?: string | undefined;
  amiReadSecret?: string | undefined;
  amiActUsername?: string | undefined;
  amiActSecret?: string | undefined;
  callControlUrl: string;
  pbxSecret?: string | undefined;
  pbxName: string;
  sipDomain: string;
  sipPort: number;
  sipTransport: string;
  authSecret: string;
  appUrl: string;
  topUpApprovalLimit?: string;
  cdrSpoolFile?: string | undefined;
}>;

const fileIn = (dataDir: string) => path.join(dataDir, "runtime.json");

/** In one step, so that nobody reads half of it. It holds secrets. */
export function writeRuntime(dataDir: string, runtime: Runtime): void {
  const unfinished = `${fileIn(dataDir)}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(runtime, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, fileIn(dataDir));
}

export const removeRuntime = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });
