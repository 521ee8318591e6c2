import { appUrl } from "@/server/config/database-url";
import { type Env, readEnv } from "@/server/config/env";

import { decimalOf } from "@/server/kernel/money";

import type { Plan } from "./plan";
import type { Runtime } from "./runtime-file";

export const amiUsers = { read: "ringfence-read", act: "ringfence-act" } as const;

type Found = { ownerUrl: string; redisUrl?: string | undefined; pbx: boolean; spoolFile?: string | undefined };

/** The environment of web and workers, complete: every address and secret of this start by its public name. */
export function stackEnv(plan: Plan, found: Found): Record<string, string> {
  const { given, ports, secrets, dataDir } = plan;
  const authSecret = given["AUTH_SECRET"] ?? secrets.authSecret;
  const embedded = found.pbx ? embeddedPbx(plan, found.spoolFile) : {};
  const env: Record<string, string> = {
    NODE_ENV: "production",
    AUTH_SECRET: authSecret,
    PBX_SECRET: secrets.pbxSecret,
    PBX: given["AMI_HOST"] ? "external" : "none",
    DEMO_DATA: plan.seed === "demo" ? "on" : "off",
    TEST_PAYMENTS: given["STRIPE_SECRET_KEY"] ? "off" : "on",
    DEMO_TRAFFIC: found.pbx && plan.seed === "demo" ? "on" : "off",
    AUDIT_FILE: `${dataDir}/audit.jsonl`,
    ...given,
    ...embedded,
    PORT: String(ports.web),
    CALL_CONTROL_PORT: String(ports.callControl),
    SIP_PORT: String(ports.sip),
    DATA_DIR: dataDir,
    RINGFENCE_CACHE: plan.cache,
    // Web and workers never learn the owner's password.
    DATABASE_URL: appUrl({ DATABASE_URL: found.ownerUrl, AUTH_SECRET: authSecret }),
  };
  delete env["DATABASE_MIGRATE_URL"];
  if (given["PBX"] === "embedded" && !found.pbx) env["PBX"] = "none";
  return found.redisUrl ? { ...env, REDIS_URL: found.redisUrl } : env;
}

function embeddedPbx({ given, ports, secrets }: Plan, spoolFile: string | undefined): Record<string, string> {
  return {
    PBX: "embedded",
    AMI_HOST: "127.0.0.1",
    AMI_PORT: String(ports.ami),
    AMI_TLS: "off",
    BROWSER_PHONE_URL: given["BROWSER_PHONE_URL"] ?? `ws://127.0.0.1:${ports.sipWs}/ws`,
    AMI_READ_USERNAME: amiUsers.read,
    AMI_READ_SECRET: secrets.amiReadSecret,
    AMI_ACT_USERNAME: amiUsers.act,
    AMI_ACT_SECRET: secrets.amiActSecret,
    ...(spoolFile ? { CDR_SPOOL_FILE: spoolFile } : {}),
  };
}

/** The same start, as runtime.json tells it to the command line and to tests. */
export function runtimeOf(variables: Readonly<Record<string, string>>, migrateUrl: string): Runtime {
  const env: Env = readEnv(variables);
  return {
    pid: process.pid,
    databaseUrl: env.DATABASE_URL,
    migrateUrl,
    redisUrl: env.REDIS_URL,
    amiHost: env.AMI_HOST,
    amiPort: env.AMI_HOST ? env.AMI_PORT : undefined,
    amiReadUsername: env.AMI_READ_USERNAME,
    amiReadSecret: env.AMI_READ_SECRET,
    amiActUsername: env.AMI_ACT_USERNAME,
    amiActSecret: env.AMI_ACT_SECRET,
    callControlUrl: callControlUrl(env),
    pbxSecret: env.PBX_SECRET,
    pbxName: env.PBX_NAME,
    sipDomain: env.SIP_DOMAIN,
    sipPort: env.SIP_PORT,
    sipTransport: env.SIP_TRANSPORT,
    authSecret: env.AUTH_SECRET,
    topUpApprovalLimit: decimalOf(env.TOP_UP_APPROVAL_LIMIT),
    appUrl: env.APP_URL,
    cdrSpoolFile: env.CDR_SPOOL_FILE,
  };
}

/** Where one reaches call control from this machine, whatever address it listens on. */
export const callControlUrl = (env: Pick<Env, "CALL_CONTROL_BIND" | "CALL_CONTROL_PORT">): string =>
  `http://${loopbackOf(env.CALL_CONTROL_BIND)}:${env.CALL_CONTROL_PORT}`;

export const loopbackOf = (bind: string): string =>
  bind === "0.0.0.0" || bind === "::" ? "127.0.0.1" : bind.includes(":") ? `[${bind}]` : bind;
