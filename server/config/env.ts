import { z } from "zod";

import { parseMicros } from "@/server/kernel/money";

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const days = (fallback: number) => z.coerce.number().int().min(1).max(3_650).default(fallback);
const onOff = (fallback: "on" | "off") => z.enum(["on", "off"]).default(fallback);
/** A host name or an address: it ends up in configuration files and URLs, so nothing else may be in it. */
const host = z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, "must be a host name or an address");
const amount = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const read = parseMicros(text);
      if (read === undefined)
        context.issues.push({ code: "custom", input: text, message: "must be an amount such as 1000.00" });
      return read ?? z.NEVER;
    });
const word = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "must be 1 to 40 letters, digits, - or _");
const secret = (least: number) =>
  z
    .string()
    .min(least, `must have at least ${least} characters`)
    .regex(/^[\x21-\x7e]+$/, "must be plain characters without spaces");
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// address" });

/** Every variable the product reads. `.env.example` explains each one; a test keeps the two lists equal. */
const schema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("production"),
  PORT: port(3000),
  WEB_BIND: host.default("127.0.0.1"),
  APP_URL: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).optional(),
  AUTH_SECRET: secret(32),
  TRUSTED_PROXIES: z
    .string()
    .regex(
      /^[0-9A-Fa-f.:]+(\/\d{1,3})?(,[0-9A-Fa-f.:]+(\/\d{1,3})?)*$/,
      "must be addresses or networks such as 10.0.0.5,10.1.0.0/16",
    )
    .optional(),

  DNS_SERVERS: z
    .string()
    .regex(/^[0-9A-Fa-f.:[\]]+(,[0-9A-Fa-f.:[\]]+)*$/, "must be addresses such as 10.0.0.53 or 127.0.0.1:5353")
    .optional(),

  DATABASE_URL: postgresUrl,
  DATABASE_MIGRATE_URL: postgresUrl.optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis:// address" }).optional(),

  PBX: z.enum(["embedded", "external", "none"]).optional(),
  PBX_NAME: word.default("pbx1"),
  PBX_SECRET: secret(24).optional(),
  CALL_CONTROL_BIND: host.default("127.0.0.1"),
  CALL_CONTROL_PORT: port(3010),
  AMI_HOST: host.optional(),
  AMI_PORT: port(5038),
  AMI_TLS: onOff("off"),
  AMI_READ_USERNAME: word.optional(),
  AMI_READ_SECRET: secret(16).optional(),
  AMI_ACT_USERNAME: word.optional(),
  AMI_ACT_SECRET: secret(16).optional(),
  AMI_USERNAME: word.optional(),
  AMI_SECRET: secret(16).optional(),

  SIP_BIND: host.default("127.0.0.1"),
  SIP_PORT: port(5060),
  SIP_DOMAIN: host.optional(),
  SIP_WS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  BROWSER_PHONE_URL: z
    .string()
    .regex(/^wss?:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?\/[A-Za-z0-9._/-]{0,200}$/, "must look like wss://host/ws")
    .optional(),
  TURN_URLS: z
    .string()
    .regex(
      /^(?:stuns?|turns?):[A-Za-z0-9.[\]:-]{1,253}(?:\?transport=(?:udp|tcp))?(?:,(?:stuns?|turns?):[A-Za-z0-9.[\]:-]{1,253}(?:\?transport=(?:udp|tcp))?){0,7}$/,
      "must be addresses such as turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443",
    )
    .transform((text) => text.split(","))
    .optional(),
  TURN_SECRET: secret(16).optional(),
  SIP_TRANSPORT: z.enum(["udp", "tcp"]).default("udp"),
  ACROBITS_CLOUD_ID: word.optional(),
  ZOIPER_PROVIDER_ID: word.optional(),
  ASTERISK_RTP_START: port(20_000),
  ASTERISK_RTP_END: port(21_999),
  CARRIER_URI: z
    .string()
    .regex(/^sip:[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/, "must look like sip:host:port")
    .optional(),
  CALL_PATIENCE: z.coerce.number().int().min(2).max(60).default(2),
  CARRIER_QUALIFY: z.coerce.number().int().min(0).max(3_600).default(0),
  CDR_SPOOL_FILE: z.string().min(1).optional(),

  STRIPE_SECRET_KEY: secret(16).optional(),
  STRIPE_WEBHOOK_SECRET: secret(16).optional(),
  STRIPE_API_BASE: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).optional(),
  TEST_PAYMENTS: onOff("off"),
  SMTP_URL: z.url({ protocol: /^smtps?$/, hostname: /./, error: "must be an smtp:// or smtps:// address" }).optional(),
  MAIL_FROM: z
    .string()
    .max(200)
    .regex(
      /^(?:[^\p{Cc}@,;:<>"]{1,100} <[^\p{Cc}\s@,;<>"]+@[A-Za-z0-9.-]+>|[^\p{Cc}\s@,;<>"]+@[A-Za-z0-9.-]+)$/u,
      "must be an address, or a name with one: My Telephones <billing@example.com>",
    )
    .optional(),
  NOTIFY_PRIVATE: onOff("off"),
  SMS_URL: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).optional(),
  SMS_TOKEN: secret(8).optional(),
  SMS_FROM: z
    .string()
    .regex(/^\+?[A-Za-z0-9]{3,15}$/, "must be a number, or a name of 3 to 15 letters and digits")
    .optional(),
  TEST_SMS: onOff("off"),
  TOP_UP_APPROVAL_LIMIT: amount("1000.00"),
  REAUTH_ABOVE: amount("500.00"),

  DEMO_DATA: onOff("off"),
  DEMO_TRAFFIC: onOff("off"),
  SECURITY_EVENT_RETENTION_DAYS: days(90),
  AUDIT_RETENTION_DAYS: days(365),
  PSEUDONYM_KEY: secret(32).optional(),
  METRICS_TOKEN: secret(16).optional(),
  BAN_EXPORT_DIR: z.string().min(1).optional(),
  AUDIT_FILE: z.string().min(1).optional(),
  AUDIT_ANCHOR_FILE: z.string().min(1).optional(),
  AUDIT_FILE_MAX_MB: z.coerce.number().int().min(1).max(100_000).default(100),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  DATA_DIR: z.string().min(1).default(".data"),
  RINGFENCE_CACHE: z.string().min(1).optional(),
});

type Source = Readonly<Record<string, string | undefined>>;
type Parsed = z.infer<typeof schema>;

/** The schema's values with the defaults that depend on another variable filled in. */
export type Env = Readonly<
  Omit<Parsed, "APP_URL" | "SIP_DOMAIN" | "PBX" | "RINGFENCE_CACHE"> & {
    APP_URL: string;
    SIP_DOMAIN: string;
    PBX: "embedded" | "external" | "none";
    RINGFENCE_CACHE: string;
  }
>;

export const variableNames: readonly string[] = Object.keys(schema.shape);

export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** Parsed once per process; every problem is reported together, by name, without its value. */
export function readEnv(source: Source): Env {
  // `NAME=` in a file means "not set", as in every shell script.
  const given = Object.fromEntries(variableNames.flatMap((name) => (source[name] ? [[name, source[name]]] : [])));
  const parsed = schema.safeParse(given);
  const problems = [...(parsed.error?.issues ?? []).map(problemOf(given)), ...togetherProblems(given)];
  if (!parsed.success || problems.length > 0) {
    throw new EnvironmentError(`The environment is not valid:\n${problems.map((line) => `  ${line}`).join("\n")}`);
  }
  return Object.freeze(withDefaults(parsed.data));
}

const problemOf = (given: Source) => (issue: z.core.$ZodIssue) => {
  const name = issue.path.join(".");
  return `${name}: ${given[name] === undefined ? "is required" : issue.message}`;
};

/** What only shows when two variables are looked at together. Works on raw text, so that it can join the other problems. */
function togetherProblems(given: Source): string[] {
  const problems: string[] = [];
  const pbx = pbxOf(given);
  if (pbx !== "none") {
    if (!given["AMI_HOST"]) problems.push(`AMI_HOST: is required with PBX=${pbx}`);
    if (!given["PBX_SECRET"]) problems.push(`PBX_SECRET: is required with PBX=${pbx}`);
    for (const name of ["AMI_READ_USERNAME", "AMI_READ_SECRET", "AMI_ACT_USERNAME", "AMI_ACT_SECRET"]) {
      const common = name.replace(/_(READ|ACT)_/, "_");
      if (!given[name] && !given[common]) problems.push(`${name}: is required with PBX=${pbx} (or ${common} for both)`);
    }
  }
  for (const name of ["SMS_TOKEN", "SMS_FROM"]) {
    if (given["SMS_URL"] && !given[name]) problems.push(`${name}: is required with SMS_URL`);
  }
  if (given["BROWSER_PHONE_URL"]?.startsWith("ws:") && given["APP_URL"]?.startsWith("https:")) {
    problems.push("BROWSER_PHONE_URL: must begin with wss:// with an APP_URL of https://: browsers refuse the other");
  }
  if (/\bturns?:/.test(given["TURN_URLS"] ?? "") && !given["TURN_SECRET"]) {
    problems.push("TURN_SECRET: is required with a relay in TURN_URLS (coturn: static-auth-secret)");
  }
  if (given["SMTP_URL"] && !given["MAIL_FROM"]) problems.push("MAIL_FROM: is required with SMTP_URL");
  return [...problems, ...paymentProblems(given), ...portProblems(given)];
}

function paymentProblems(given: Source): string[] {
  const problems: string[] = [];
  if (given["STRIPE_SECRET_KEY"] && !given["STRIPE_WEBHOOK_SECRET"]) {
    problems.push("STRIPE_WEBHOOK_SECRET: is required with STRIPE_SECRET_KEY: without it no payment could be believed");
  }
  if (given["STRIPE_SECRET_KEY"] && given["TEST_PAYMENTS"] === "on") {
    problems.push("TEST_PAYMENTS: must be off with STRIPE_SECRET_KEY: nobody should top up without paying");
  }
  return problems;
}

function portProblems(given: Source): string[] {
  const problems: string[] = [];
  if (Number(given["ASTERISK_RTP_START"] ?? 20_000) >= Number(given["ASTERISK_RTP_END"] ?? 21_999)) {
    problems.push("ASTERISK_RTP_END: must be above ASTERISK_RTP_START");
  }
  return problems;
}

/** Naming a manager interface means that a PBX is connected; naming none means that there is none. */
const pbxOf = (given: Source) => given["PBX"] ?? (given["AMI_HOST"] ? "external" : "none");

function withDefaults(parsed: Parsed): Env {
  const ami = <Name extends "USERNAME" | "SECRET">(name: Name, side: "READ" | "ACT") => {
    const value = parsed[`AMI_${side}_${name}`] ?? parsed[`AMI_${name}`];
    return value === undefined ? {} : { [`AMI_${side}_${name}`]: value };
  };
  return {
    ...parsed,
    ...ami("USERNAME", "READ"),
    ...ami("SECRET", "READ"),
    ...ami("USERNAME", "ACT"),
    ...ami("SECRET", "ACT"),
    APP_URL: parsed.APP_URL ?? `http://127.0.0.1:${parsed.PORT}`,
    SIP_DOMAIN: parsed.SIP_DOMAIN ?? parsed.SIP_BIND,
    PBX: parsed.PBX ?? (parsed.AMI_HOST ? "external" : "none"),
    RINGFENCE_CACHE: parsed.RINGFENCE_CACHE ?? `${parsed.DATA_DIR}/cache`,
  };
}

let current: Env | undefined;

/** The environment of this process, read on first use: `next build` loads modules where none of it is set. */
export function currentEnv(): Env {
  current ??= readEnv(process.env);
  return current;
}
