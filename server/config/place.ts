import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

import { type Micros, micros, parseMicros } from "@/server/kernel/money";

import { appUrl } from "./database-url";
import { type Env, EnvironmentError, readEnv } from "./env";

/** Where one installation of Ringfence is to be found, for programs that stand beside it. */
export type Place = Readonly<{
  /** As portal_app. */
  databaseUrl: string;
  appUrl: string;
  sipDomain: string;
  sipPort: number;
  sipTransport: string;
  callControlUrl: string;
  redisUrl?: string | undefined;
  ami?: Readonly<{ host: string; port: number; tls: boolean; read: Login; act: Login }> | undefined;
  dataDir: string;
  /** Above this a top-up waits for a second person; micros. */
  topUpApprovalLimit: Micros;
  /** A start of `npm start` that is running now. */
  embedded: boolean;
  /** By name, for the check that none of them is one that everybody knows. */
  secrets: Readonly<Record<string, string>>;
}>;
type Login = Readonly<{ username: string; secret: string }>;

type Source = Readonly<Record<string, string | undefined>>;

/** Nothing is running here and nothing else was named. */
export class NoPlaceError extends Error {
  override readonly name = "NoPlaceError";
}

const runtimeSchema = z.object({
  pid: z.number(),
  databaseUrl: z.string(),
  redisUrl: z.string().optional(),
  amiHost: z.string().optional(),
  amiPort: z.number().optional(),
  amiReadUsername: z.string().optional(),
  amiReadSecret: z.string().optional(),
  amiActUsername: z.string().optional(),
  amiActSecret: z.string().optional(),
  callControlUrl: z.string(),
  pbxSecret: z.string().optional(),
  sipDomain: z.string(),
  sipPort: z.number(),
  sipTransport: z.string().default("udp"),
  authSecret: z.string(),
  topUpApprovalLimit: z.string().default("1000.00"),
  appUrl: z.string(),
});
type Runtime = z.output<typeof runtimeSchema>;

const root = path.resolve(import.meta.dirname, "../..");

/**
 * Finds the installation to work on: the one that DATABASE_URL names, else the start that is running in DATA_DIR (.data of
 * this checkout when not set).
 * @throws NoPlaceError with a sentence when there is neither; EnvironmentError when the variables are not valid.
 */
export function findPlace(source: Source = process.env): Place {
  const dataDir = path.resolve(source["DATA_DIR"] ? process.cwd() : root, source["DATA_DIR"] || ".data");
  const running = runtimeIn(dataDir);
  if (!source["DATABASE_URL"]) {
    if (running) return ofRuntime(running, dataDir);
    throw new NoPlaceError(
      `Ringfence is not running in ${dataDir}: start it with npm start, or set DATABASE_URL and AUTH_SECRET.`,
    );
  }
  // The running start knows more (telephones, workers) than an address that names the same database.
  if (running && databaseOf(running.databaseUrl) === databaseOf(source["DATABASE_URL"]))
    return ofRuntime(running, dataDir);
  const authSecret = source["AUTH_SECRET"] || secretFor(source, dataDir);
  return ofEnv(readEnv({ ...source, AUTH_SECRET: authSecret ?? UNUSED }), dataDir, authSecret);
}

/** Long enough to pass as one, for an address that needs none. */
const UNUSED = "unused".padEnd(32, "-");

/** The password of portal_app derives from it; an address that carries that password needs none. */
function secretFor(source: Source, dataDir: string): string | undefined {
  const file = path.join(dataDir, "secrets.json");
  const kept = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { authSecret?: string }).authSecret
    : undefined;
  if (kept) return kept;
  if (userOf(source["DATABASE_URL"]) === "portal_app") return undefined;
  throw new EnvironmentError("AUTH_SECRET: is required with a DATABASE_URL that does not log in as portal_app");
}

function runtimeIn(dataDir: string): Runtime | undefined {
  const file = path.join(dataDir, "runtime.json");
  try {
    const runtime = runtimeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    process.kill(runtime.pid, 0);
    return runtime;
  } catch (error) {
    // Somebody else's process answers with "not permitted", and is there all the same.
    const { code } = error as { code?: string };
    return code === "EPERM" ? runtimeSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  }
}

const urlOf = (text: string | undefined): URL | undefined =>
  text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
const userOf = (text: string | undefined): string => decodeURIComponent(urlOf(text)?.username ?? "");
const databaseOf = (text: string): string => {
  const url = urlOf(text);
  return url ? `${url.hostname}:${url.port || 5432}${url.pathname}` : text;
};

function ofRuntime(run: Runtime, dataDir: string): Place {
  const { authSecret, pbxSecret, amiReadSecret, amiActSecret } = run;
  return {
    ...run,
    ami: amiOf({
      host: run.amiHost,
      port: run.amiPort ?? 5038,
      tls: false,
      read: { username: run.amiReadUsername, secret: amiReadSecret },
      act: { username: run.amiActUsername, secret: amiActSecret },
    }),
    dataDir,
    topUpApprovalLimit: parseMicros(run.topUpApprovalLimit) ?? micros(0n),
    embedded: true,
    secrets: given({
      AUTH_SECRET: authSecret,
      PBX_SECRET: pbxSecret,
      AMI_READ_SECRET: amiReadSecret,
      AMI_ACT_SECRET: amiActSecret,
    }),
  };
}

function ofEnv(env: Env, dataDir: string, AUTH_SECRET: string | undefined): Place {
  const { PBX_SECRET, AMI_READ_SECRET, AMI_ACT_SECRET } = env;
  const bind = /^(0\.0\.0\.0|::)$/.test(env.CALL_CONTROL_BIND) ? "127.0.0.1" : env.CALL_CONTROL_BIND;
  return {
    databaseUrl: appUrl(env),
    appUrl: env.APP_URL,
    sipDomain: env.SIP_DOMAIN,
    sipPort: env.SIP_PORT,
    sipTransport: env.SIP_TRANSPORT,
    callControlUrl: `http://${bind.includes(":") ? `[${bind}]` : bind}:${env.CALL_CONTROL_PORT}`,
    redisUrl: env.REDIS_URL,
    ami: amiOf({
      host: env.AMI_HOST,
      port: env.AMI_PORT,
      tls: env.AMI_TLS === "on",
      read: { username: env.AMI_READ_USERNAME, secret: AMI_READ_SECRET },
      act: { username: env.AMI_ACT_USERNAME, secret: AMI_ACT_SECRET },
    }),
    dataDir,
    topUpApprovalLimit: env.TOP_UP_APPROVAL_LIMIT,
    embedded: false,
    secrets: given({ AUTH_SECRET, PBX_SECRET, AMI_READ_SECRET, AMI_ACT_SECRET }),
  };
}

type MaybeLogin = { username: string | undefined; secret: string | undefined };
type MaybeAmi = { host: string | undefined; port: number; tls: boolean; read: MaybeLogin; act: MaybeLogin };

function amiOf({ host, port, tls, read, act }: MaybeAmi): Place["ami"] {
  const [reader, actor] = [loginOf(read), loginOf(act)];
  return host && reader && actor ? { host, port, tls, read: reader, act: actor } : undefined;
}

const loginOf = ({ username, secret }: MaybeLogin): Login | undefined =>
  username && secret ? { username, secret } : undefined;

const given = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
