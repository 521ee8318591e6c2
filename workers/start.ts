import type { Server } from "node:http";
import { version as productVersion } from "@/package.json";
import { appUrl } from "@/server/config/database-url";
import type { Env } from "@/server/config/env";
import { webhookKeyOf } from "@/server/domain/notifications/signature.rules";
import { fingerprintsOf } from "@/server/domain/system/manager-secret.rules";
import { connectAmi } from "@/server/infra/ami/connect";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { connectDb, type Db } from "@/server/infra/db/client";
import { createPool, JOBS_WAIT_MS, type SqlPool } from "@/server/infra/db/pool";
import { createTxtLookup } from "@/server/infra/dns/txt";
import { createLiveBus, LIVE_CHANNEL } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import { createMailer, type Mailer } from "@/server/infra/mail/mailer";
import { httpSms, type SmsSender, testSms } from "@/server/infra/notify/sms";
import { providerOf } from "@/server/infra/payments/choose-provider";
import { banSenders } from "@/workers/ban-senders";
import { createMetrics } from "@/workers/call-control/metrics";
import { createCallControl } from "@/workers/call-control/server";
import { CallLifecycle } from "@/workers/calls/call-lifecycle";
import { CdrSpool } from "@/workers/calls/cdr-spool";
import { hurryAfterTopUps } from "@/workers/calls/hurry-after-top-ups";
import { readyConnections } from "@/workers/calls/ready-connections";
import { Reconciler } from "@/workers/calls/reconcile";
import { recordRefusalsOfPbx } from "@/workers/calls/refused-by-pbx";
import { RunReporter } from "@/workers/calls/run-report";
import { intoTrail } from "@/workers/calls/strangers";
import { watchCalls } from "@/workers/calls/watch-calls";
import { resumeContainments } from "@/workers/containment/resume";
import { DeskCounts } from "@/workers/desk-counts";
import { healthOf } from "@/workers/health";
import { Heartbeat } from "@/workers/heartbeat";
import { LinkTrail } from "@/workers/link-trail";
import { banNetworks } from "@/workers/rules/ban-by-rule";
import { RuleSweep } from "@/workers/rules/rule-sweep";
import { alarmingEvents, SecurityEvents } from "@/workers/security-events";
import { startJobs } from "@/workers/start-jobs";

export type RunningWorkers = Readonly<{ callControlPort: number; stop: () => Promise<void> }>;

/** What stops the start, in one sentence for the person who started it. */
export class WorkersError extends Error {
  override readonly name = "WorkersError";
}

const DATABASE_PATIENCE_MS = 20_000;
/** Jobs that wake in the same second take turns, and leave the connections of calls alone. */
const JOBS_CONNECTIONS = 4;
const CALL_CONNECTIONS = 16;
/** What calls use when it is busy: four each for themselves, two statements of many that begin, two of many that end. */
const READY_CONNECTIONS = 8;

/**
 * Starts all of the second process. What is away at the start, except the database, may come later; what goes away later
 * comes back by itself.
 * @throws WorkersError when the database cannot be reached or the port of call control is taken.
 */
export async function startWorkers(env: Env, log: Logger): Promise<RunningWorkers> {
  const connectionString = appUrl(env);
  const { pool, jobsPool } = poolsOf(connectionString, patienceOf(env), log);
  await untilReady(pool);
  const db = connectDb(connectionString, 4);
  const bus = createLiveBus((payloads) => notifyAll(pool, payloads));
  const ami = amiOf(env, log);
  const pbx = env.PBX_NAME;
  const spool: { current?: CdrSpool } = {};
  const drainSpool = async () => spool.current?.drain();
  const lifecycle = new CallLifecycle({ pool, ami, bus, log, pbx, drainSpool });
  if (env.CDR_SPOOL_FILE) {
    spool.current = new CdrSpool({ file: env.CDR_SPOOL_FILE, pool, pbx, settlements: lifecycle.settlements, log });
    spool.current.start();
  }
  const runs = new RunReporter({ pool, db, pbx, ami, settlements: lifecycle.settlements, spool: () => spool.current });
  const ended = intoTrail(db);
  const reconciler = new Reconciler({ pool: jobsPool, ami, lifecycle, drainSpool, pbx, log, ended, onRun: runs.note });
  const mailer = mailerOf(env);
  const counts = new DeskCounts(alarmingEvents);
  const jobs = startJobs({
    target: env.REDIS_URL ? { redisUrl: env.REDIS_URL } : { databaseUrl: connectionString },
    ...{ connectionString, log },
    base: { db, pool: jobsPool, ami, mailer, reconciler, counts, log, pbx, ...outsideOf(env) },
  });
  const parts = { pool, queue: jobs.queue, ami, lifecycle };
  const heartbeat = new Heartbeat({ ...parts, pbx, log, ...namesOf(env) });
  const banning = { failed: banSenders({ db, bus, log }), ban: banNetworks({ db, pool, bus, log }) };
  const security = ami && new SecurityEvents({ pool, ami, bus, log, counts, own: managerUsersOf(env), ...banning });
  const rules = new RuleSweep({ pool, db, ami, bus, log });
  const link = ami && followLink({ pool, db, ami, pbx, log });
  const hurry = hurryAfterTopUps(connectionString, lifecycle, log);
  const stops = [readyConnections(pool, log), watchCalls(reconciler, ami, log), resumeContainments({ pool, ami, log })];
  const metrics = createMetrics({ ...parts, runs, desk: counts, spool: () => spool.current });
  const server = createCallControl({
    ...{ pool, lifecycle, pbx, log, deadlineMs: patienceOf(env) },
    secret: env.PBX_SECRET,
    health: () => healthOf(parts),
    reconcile: () => reconciler.report(),
    ...{ metrics, metricsToken: env.METRICS_TOKEN },
  });
  const stop = async () => {
    for (const each of stops) each();
    await closed(server);
    await Promise.allSettled([jobs.close(), hurry.close(), security?.close(), rules.close(), heartbeat.close()]);
    await spool.current?.close();
    lifecycle.close();
    mailer?.close();
    await Promise.allSettled([link?.close(), ami?.close(), bus.close()]);
    await Promise.allSettled([pool.close(), jobsPool.close(), db.$disconnect()]);
  };
  try {
    const callControlPort = await listening(server, env);
    log.info({ callControlPort, pbx: env.PBX, queue: jobs.queue.kind }, "workers are ready");
    return { callControlPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the PBX refuses by itself, and when the link to it comes and goes. */
function followLink(parts: Readonly<{ pool: SqlPool; db: Db; ami: AmiGateway; pbx: string; log: Logger }>): LinkTrail {
  recordRefusalsOfPbx(parts);
  return new LinkTrail(parts);
}

/** One for calls, which fails at once, and one for jobs. Nothing connects before the first query. */
function poolsOf(connectionString: string, patienceMs: number, log: Logger) {
  const onIdleError = (error: Error) => log.warn({ error }, "a connection to the database was lost");
  return {
    pool: createPool(connectionString, onIdleError, CALL_CONNECTIONS, patienceMs, READY_CONNECTIONS),
    jobsPool: createPool(connectionString, onIdleError, JOBS_CONNECTIONS, JOBS_WAIT_MS),
  };
}

/** A little less than the PBX waits, so that it is answered. */
const patienceOf = ({ CALL_PATIENCE }: Env) => CALL_PATIENCE * 1_000 - 500;

const namesOf = (env: Env) => ({
  version: productVersion,
  mail: mailerIsNamed(env),
  payments: providerOf(env)?.name ?? null,
});

const outsideOf = (env: Env) => ({
  payments: providerOf(env),
  sms: smsOf(env),
  lookupTxt: createTxtLookup(env.DNS_SERVERS?.split(",")),
  settings: settingsOf(env),
});

const settingsOf = (env: Env) => ({
  appUrl: env.APP_URL.replace(/\/$/, ""),
  approvalLimit: env.TOP_UP_APPROVAL_LIMIT,
  securityEventRetentionDays: env.SECURITY_EVENT_RETENTION_DAYS,
  pseudonymSecret: env.PSEUDONYM_KEY ?? env.AUTH_SECRET,
  managerSecrets: env.PBX === "none" || !env.AMI_HOST ? [] : fingerprintsOf(env.AUTH_SECRET, env),
  auditFile: env.AUDIT_FILE,
  auditAnchorFile: env.AUDIT_ANCHOR_FILE ?? (env.AUDIT_FILE && `${env.AUDIT_FILE}.heads`),
  auditFileMaxBytes: env.AUDIT_FILE_MAX_MB * 1_000_000,
  auditRetentionDays: env.AUDIT_RETENTION_DAYS,
  webhookKey: webhookKeyOf(env.AUTH_SECRET),
  privateTargets: env.NOTIFY_PRIVATE === "on",
  banExport: env.BAN_EXPORT_DIR
    ? { folder: env.BAN_EXPORT_DIR, ports: { sip: env.SIP_PORT, web: env.PORT } }
    : undefined,
});

function amiOf(env: Env, log: Logger): AmiGateway | undefined {
  const { AMI_HOST, AMI_READ_USERNAME, AMI_READ_SECRET, AMI_ACT_USERNAME, AMI_ACT_SECRET } = env;
  if (env.PBX === "none" || !AMI_HOST) return undefined;
  return connectAmi({
    host: AMI_HOST,
    port: env.AMI_PORT,
    tls: env.AMI_TLS === "on",
    reader: { username: AMI_READ_USERNAME ?? "", secret: AMI_READ_SECRET ?? "" },
    actor: { username: AMI_ACT_USERNAME ?? "", secret: AMI_ACT_SECRET ?? "" },
    log,
  });
}

const managerUsersOf = ({ AMI_READ_USERNAME, AMI_ACT_USERNAME }: Env): readonly string[] =>
  [AMI_READ_USERNAME, AMI_ACT_USERNAME].filter((name) => name !== undefined);

const mailerIsNamed = ({ SMTP_URL, MAIL_FROM }: Env): boolean => Boolean(SMTP_URL && MAIL_FROM);

const mailerOf = ({ SMTP_URL, MAIL_FROM }: Env): Mailer | undefined =>
  SMTP_URL && MAIL_FROM ? createMailer({ smtpUrl: SMTP_URL, from: MAIL_FROM }) : undefined;

function smsOf({ SMS_URL, SMS_TOKEN, SMS_FROM, TEST_SMS }: Env): SmsSender | undefined {
  if (SMS_URL && SMS_TOKEN && SMS_FROM) return httpSms({ url: SMS_URL, token: SMS_TOKEN, from: SMS_FROM });
  return TEST_SMS === "on" ? testSms : undefined;
}

async function notifyAll(pool: SqlPool, payloads: readonly string[]): Promise<void> {
  const text = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload";
  await pool.query("live_notify", text, [LIVE_CHANNEL, payloads]);
}

async function untilReady(pool: SqlPool): Promise<void> {
  for (const deadline = Date.now() + DATABASE_PATIENCE_MS; ; ) {
    try {
      await pool.query("ready", "SELECT FROM outbox_job LIMIT 0", []);
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code !== "42P01" && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        continue;
      }
      await pool.close().catch(() => {});
      if (code === "42P01") throw new WorkersError("The database has no tables yet: run `npm run migrate` first.");
      const why = error instanceof Error ? error.message || code : String(error);
      throw new WorkersError(`The database of DATABASE_URL cannot be used: ${why}.`);
    }
  }
}

function listening(server: Server, env: Env): Promise<number> {
  const { CALL_CONTROL_BIND: host, CALL_CONTROL_PORT: port } = env;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is taken by another program" : `cannot be used (${error.code})`;
      reject(new WorkersError(`The address ${host}:${port} of call control ${why}: set CALL_CONTROL_PORT.`));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });
}
