import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { type Child, runChild } from "./children";
import { StartError } from "./sentence";
import { inTurn } from "./start-lock";

export const repository = path.resolve(import.meta.dirname, "../..");
export const nextBin = path.join(repository, "node_modules/next/dist/bin/next");
const packStatic = path.join(import.meta.dirname, "pack-static.ts");
const buildId = path.join(repository, ".next/BUILD_ID");
const stamp = path.join(repository, ".next/ringfence-sources");

const folders = ["app", "components", "server", "public", "prisma/schema"];
const files = ["package-lock.json", "next.config.js", "postcss.config.mjs", "proxy.ts", "instrumentation.ts"];
/** Read by no page. Changing them need not cost a build. */
const besideThePages = /^server\/(embedded|cli|infra\/db\/generated)\//;

export const isBuilt = (): boolean => existsSync(buildId);

/** True when the built portal is not the one of these sources. */
export const isStale = (): boolean => !isBuilt() || !existsSync(stamp) || readFileSync(stamp, "utf8") !== sourcesHash();

/** Everything a build is made from, as one hash: times of files say nothing after a checkout. */
function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const name of [...folders.flatMap(filesBelow), ...files].sort()) {
    const file = path.join(repository, name);
    if (besideThePages.test(name) || !existsSync(file)) continue;
    hash.update(`${name}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  if (!existsSync(path.join(repository, folder))) return [];
  return readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(repository, path.join(entry.parentPath, entry.name)));
}

/** Builds the portal when its sources changed. Two starts of one checkout take turns: there is one .next. */
export async function buildWeb(
  dataDir: string,
  started: (child: Child) => void,
  abort?: AbortSignal,
): Promise<boolean> {
  if (!isStale()) return false;
  const build = async () => {
    if (!isStale()) return false;
    if (!existsSync(nextBin)) throw new StartError("Next.js is not installed: run npm ci.");
    const hash = sourcesHash();
    await runChild(
      {
        name: "build",
        command: process.execPath,
        args: [nextBin, "build"],
        dataDir,
        cwd: repository,
        env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      },
      started,
    );
    await runChild(
      {
        name: "build",
        command: process.execPath,
        args: ["--import", "tsx", packStatic],
        dataDir,
        cwd: repository,
        env: process.env,
      },
      started,
    );
    writeFileSync(stamp, hash);
    return true;
  };
  return inTurn(path.join(repository, "node_modules/.cache/ringfence-build.lock"), build, abort);
}
