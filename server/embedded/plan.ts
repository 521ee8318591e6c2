import path from "node:path";

import { type Env, EnvironmentError, readEnv, variableNames } from "@/server/config/env";

import { whyNoDebian } from "./debian";
import { claimPort, freePort, freeSipPort } from "./ports";
import { type Secrets, secretsOf } from "./secrets";
import { reachableCache, serviceHome } from "./service-home";

/** A port of 0 means: any that is free. */
export type StackPorts = Readonly<{
  web?: number;
  callControl?: number;
  sip?: number;
  sipWs?: number;
  ami?: number;
  postgres?: number;
  redis?: number;
}>;

export type StackOptions = Readonly<{
  dataDir: string;
  ports?: StackPorts;
  /** Each part runs unless it is switched off here. */
  web?: boolean;
  workers?: boolean;
  pbx?: boolean;
  redis?: boolean;
  seed?: boolean;
  /** Variables of .env.example. DATABASE_URL, REDIS_URL or AMI_HOST mean: use that one instead of starting one. */
  env?: Readonly<Record<string, string | undefined>>;
  /** PostgreSQL settings; tests turn durability off. */
  postgresSettings?: Readonly<Record<string, string | number>>;
  /** Progress lines. */
  say?: (line: string) => void;
}>;

/** What a start is going to do, decided before anything runs. */
export type Plan = Readonly<{
  dataDir: string;
  cache: string;
  secrets: Secrets;
  ports: Readonly<Required<StackPorts>>;
  demoPorts: Readonly<{ out: number; end: number }>;
  own: Readonly<{ postgres: boolean; redis: boolean; pbx: boolean; web: boolean; workers: boolean }>;
  /** What an empty database is filled with. */
  seed: "demo" | "operator" | "nothing";
  /** Why the PBX stays off, when it does. */
  pbxOff?: string;
  /** The variables as given: those of the product, and nothing else of the terminal's. */
  given: Readonly<Record<string, string>>;
}>;

export async function planOf(options: StackOptions): Promise<Plan> {
  const given = Object.fromEntries(
    variableNames.flatMap((name) => (options.env?.[name] ? [[name, options.env[name] ?? ""]] : [])),
  );
  const dataDir = path.resolve(options.dataDir);
  serviceHome(dataDir);
  const secrets = secretsOf(dataDir);
  const env = checked(given, secrets);
  const pbxOff = whyNoPbx(options, given);
  const own = {
    postgres: !given["DATABASE_URL"],
    redis: !given["REDIS_URL"] && options.redis !== false,
    pbx: pbxOff === undefined,
    web: options.web !== false,
    workers: options.workers !== false,
  };
  return {
    dataDir,
    cache: reachableCache(path.resolve(given["RINGFENCE_CACHE"] ?? path.join(dataDir, "cache")), dataDir),
    secrets,
    ports: await chosenPorts(options.ports ?? {}, env),
    demoPorts: { out: await freeSipPort(), end: await freeSipPort() },
    own,
    seed: options.seed === false ? "nothing" : seedOf(given),
    ...(pbxOff === undefined ? {} : { pbxOff }),
    given,
  };
}

/** The demo in a database of our own, nothing in somebody else's, unless DEMO_DATA says otherwise. */
function seedOf(given: Readonly<Record<string, string>>): Plan["seed"] {
  if (given["DEMO_DATA"] === "on") return "demo";
  if (given["DATABASE_URL"]) return "nothing";
  return given["DEMO_DATA"] === "off" ? "operator" : "demo";
}

/** Every mistake in the variables comes out now, all of them together, not when the part that reads one starts. */
function checked(given: Readonly<Record<string, string>>, secrets: Secrets): Env {
  const stand = { DATABASE_URL: "postgres://later@127.0.0.1/later", AUTH_SECRET: secrets.authSecret };
  const pbx = given["PBX"] === "embedded" || (!given["PBX"] && !given["AMI_HOST"]) ? { PBX: "none" } : {};
  const env = readEnv({ ...stand, PBX_SECRET: secrets.pbxSecret, ...given, ...pbx });
  if (given["PBX"] === "embedded" && given["AMI_HOST"]) {
    throw new EnvironmentError("The environment is not valid:\n  PBX: embedded and AMI_HOST exclude each other");
  }
  return env;
}

function whyNoPbx(options: StackOptions, given: Readonly<Record<string, string>>): string | undefined {
  if (options.pbx === false || given["PBX"] === "none") return "PBX=none";
  if (given["AMI_HOST"]) return `AMI_HOST names ${given["AMI_HOST"]}`;
  return whyNoDebian();
}

async function chosenPorts(wanted: StackPorts, env: Env): Promise<Required<StackPorts>> {
  const host = env.SIP_BIND;
  const or = async (port: number | undefined, fallback: number) =>
    port === undefined ? fallback : port || (await freePort());
  return {
    web: await or(wanted.web, env.PORT),
    callControl: await or(wanted.callControl, env.CALL_CONTROL_PORT),
    sip: wanted.sip === 0 ? await freeSipPort(host) : (wanted.sip ?? env.SIP_PORT),
    // Any that is free: browsers are told it with every credential, so nobody has to remember it.
    sipWs: wanted.sipWs || env.SIP_WS_PORT || (await freePort()),
    ami: wanted.ami || (await freePort()),
    postgres: wanted.postgres ?? 0,
    redis: wanted.redis ?? 0,
  };
}

/** Taken ports are found before anything is unpacked or built. */
export async function claimPorts(plan: Plan): Promise<void> {
  const env = plan.given;
  const web = { name: "the portal", variable: "PORT", host: env["WEB_BIND"] ?? "127.0.0.1", port: plan.ports.web };
  if (plan.own.web) await claimPort(web);
  const control = { name: "call control", variable: "CALL_CONTROL_PORT", port: plan.ports.callControl };
  if (plan.own.workers) await claimPort({ ...control, host: env["CALL_CONTROL_BIND"] ?? "127.0.0.1" });
  const sip = { name: "the PBX", variable: "SIP_PORT", port: plan.ports.sip, udp: true };
  if (plan.own.pbx) await claimPort({ ...sip, host: env["SIP_BIND"] ?? "127.0.0.1" });
  const ws = { name: "the PBX", variable: "SIP_WS_PORT", host: "127.0.0.1", port: plan.ports.sipWs };
  if (plan.own.pbx) await claimPort(ws);
}
