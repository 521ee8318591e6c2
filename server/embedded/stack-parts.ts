import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";

import { asteriskCredentials, loginPasswords } from "@/server/config/database-url";
import { readEnv } from "@/server/config/env";
import { migrate } from "@/server/infra/db/migrate";
import { nameTrunk } from "@/server/infra/db/name-trunk";

import { nextBin, repository } from "./build-web";
import { type Child, runChild, startChild } from "./children";
import type { DebianTree } from "./debian";
import { type EmbeddedPbx, startPbx, unpackPbx } from "./pbx";
import { carrierMatch } from "./pbx-config";
import type { Plan } from "./plan";
import { sleep } from "./process-identity";
import { isDiskFull, StartError, sentenceOf } from "./sentence";
import { amiUsers, callControlUrl, loopbackOf } from "./stack-env";

export type Say = (line: string) => void;
type Variables = Readonly<Record<string, string>>;

/** The schema, and the passwords of the roles that log in. */
export async function migrateStack(plan: Plan, ownerUrl: string, queueInPostgres: boolean, say: Say): Promise<void> {
  const env = { DATABASE_URL: ownerUrl, AUTH_SECRET: plan.given["AUTH_SECRET"] ?? plan.secrets.authSecret };
  const url = plan.given["DATABASE_MIGRATE_URL"] ?? ownerUrl;
  const applied = await migrate({ url, passwords: loginPasswords(env), queue: queueInPostgres });
  if (applied.length > 0) say(`${applied.length} migrations applied`);
}

/** Undefined, and said, when Asterisk cannot be fetched and nobody insisted on one. */
export async function fetchPbx(plan: Plan, say: Say): Promise<DebianTree | undefined> {
  if (!plan.own.pbx) return undefined;
  try {
    const tree = await unpackPbx(plan.cache, say);
    return tree;
  } catch (error) {
    if (plan.given["PBX"] === "embedded" || isDiskFull(error)) throw error;
    say(`The PBX is off: Asterisk could not be fetched (${sentenceOf(error)})`);
    return undefined;
  }
}

export async function startStackPbx(
  plan: Plan,
  tree: DebianTree,
  variables: Variables,
  ownerUrl: string,
): Promise<EmbeddedPbx> {
  const env = readEnv(variables);
  const match = await carrierMatch({ carrierUri: env.CARRIER_URI, demoPorts: plan.demoPorts });
  await nameTrunk(plan.given["DATABASE_MIGRATE_URL"] ?? ownerUrl, { endpoint: "carrier", match });
  return startPbx(tree, plan.dataDir, {
    pbxName: env.PBX_NAME,
    pbxSecret: env.PBX_SECRET ?? plan.secrets.pbxSecret,
    callControlUrl: callControlUrl(env),
    database: asteriskCredentials({ DATABASE_URL: ownerUrl, AUTH_SECRET: env.AUTH_SECRET }),
    sipBind: env.SIP_BIND,
    sipPort: env.SIP_PORT,
    sipDomain: env.SIP_DOMAIN,
    sipWsPort: plan.ports.sipWs,
    rtpStart: env.ASTERISK_RTP_START,
    rtpEnd: env.ASTERISK_RTP_END,
    amiPort: plan.ports.ami,
    amiRead: { username: amiUsers.read, secret: plan.secrets.amiReadSecret },
    amiAct: { username: amiUsers.act, secret: plan.secrets.amiActSecret },
    callPatience: env.CALL_PATIENCE,
    carrierUri: env.CARRIER_URI,
    carrierQualify: env.CARRIER_QUALIFY,
    demoPorts: plan.demoPorts,
  });
}

export const demoFile = (dataDir: string): string => path.join(dataDir, "demo.json");

/** The demo's tenants, people and past calls (or the operator alone): once per data folder. True when it did anything. */
export async function seedStack(plan: Plan, variables: Variables, started: (child: Child) => void): Promise<boolean> {
  const done = path.join(plan.dataDir, "seeded");
  if (plan.seed === "nothing" || existsSync(done)) return false;
  await runChild(
    {
      name: "seed",
      command: process.execPath,
      args: ["--import", "tsx", path.join(import.meta.dirname, "seed-cli.ts")],
      dataDir: plan.dataDir,
      cwd: repository,
      env: { ...terminal(), ...variables, DEMO_DATA: plan.seed === "demo" ? "on" : "off" },
    },
    started,
  );
  writeFileSync(done, "");
  return true;
}

/** Call control, AMI and jobs, in one process. Resolves when call control answers. */
export async function startWorker(plan: Plan, variables: Variables): Promise<Child> {
  const script = path.join(repository, "workers/main.ts");
  const child = await startChild({
    name: "worker",
    command: process.execPath,
    args: ["--import", "tsx", script],
    dataDir: plan.dataDir,
    cwd: repository,
    env: { ...terminal(), ...variables, NODE_ENV: "production" },
  });
  const address = `${callControlUrl(readEnv(variables))}/healthz`;
  await untilAnswers(child, address, "The workers");
  return child;
}

export async function startWeb(plan: Plan, variables: Variables): Promise<Child> {
  const env = readEnv(variables);
  const child = await startChild({
    name: "web",
    command: process.execPath,
    args: [nextBin, "start", "-H", env.WEB_BIND, "-p", String(env.PORT)],
    dataDir: plan.dataDir,
    cwd: repository,
    env: { ...terminal(), ...variables, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  await untilAnswers(child, `http://${loopbackOf(env.WEB_BIND)}:${env.PORT}/`, "The portal");
  return child;
}

/** What a child needs of the terminal's environment: everything but our own variables, which it gets from the stack. */
function terminal(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_ENV: "production" };
}

async function untilAnswers(child: Child, url: string, name: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  let sentence: string | undefined;
  void child.ended.then((text) => {
    sentence = text;
  });
  while (Date.now() < deadline) {
    if (sentence !== undefined) throw new StartError(sentence);
    // Any answer will do, a refusal too: it is there.
    if (await answers(url)) return;
    await sleep(40);
  }
  await child.stop("SIGKILL");
  throw new StartError(`${name} did not answer within two minutes; the log is ${child.logFile}.`);
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
