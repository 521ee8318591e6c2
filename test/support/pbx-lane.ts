import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";

import { change } from "@/server/domain/audit/change";
import { createExtension, rotateSecret } from "@/server/domain/provisioning/extensions";
import { SipPhone } from "@/server/embedded/sip-phone";
import { type Stack, startStack } from "@/server/embedded/stack";
import { connectDb } from "@/server/infra/db/client";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { builders, type RateOf, type Tenancy } from "./builders";
import { PATIENT } from "./patient";

const run = promisify(execFile);

export type LanePhone = {
  extensionId: ExtensionId;
  username: string;
  secret: string;
  open: (secret?: string) => Promise<SipPhone>;
};

/**
 * The whole system without its pages: real Postgres, Redis, Asterisk and worker, on free ports, in a folder of its own.
 * Tenants and prices are put straight into the database; phones, calls, charges and records are the real thing.
 */
export async function startLane(env: Record<string, string> = {}) {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-pbx-"));
  const stack = await startStack({
    dataDir,
    web: false,
    seed: false,
    ports: { web: 0, callControl: 0, sip: 0, ami: 0, postgres: 0, redis: 0 },
    postgresSettings: { fsync: "off", synchronous_commit: "off" },
    env: {
      RINGFENCE_CACHE: process.env["RINGFENCE_CACHE"] ?? path.resolve(".data/cache"),
      ...PATIENT,
      DEMO_TRAFFIC: "off",
      LOG_LEVEL: "warn",
      ...env,
    },
  });
  let owner = await connectOwner(stack);
  const db = connectDb(stack.urls.database, 4);
  const query = (text: string, values?: unknown[]) => owner.query(text, values);
  const make = builders({ owner: { query } });
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const phones: SipPhone[] = [];

  async function phone(of: Tenancy, number = "101", maxCalls = 50): Promise<LanePhone> {
    const tenantId = of.tenantId as TenantId;
    const by = { tenantId, action: "extension.create", actor: { kind: "cli", id: "test", requestId: "test" } } as const;
    const made = await change(db, by, async (tx) => {
      const result = await createExtension(tx, tenantId, { number, displayName: `Phone ${number}`, maxCalls });
      return { subject: `extension:${result.id}`, result };
    });
    const secret = made.secret.reveal();
    return {
      extensionId: made.id,
      username: made.sipUsername,
      secret,
      open: (other = secret) => open(made.sipUsername, other),
    };
  }

  async function open(username: string, secret: string): Promise<SipPhone> {
    const server = { host: "127.0.0.1", port: stack.runtime.sipPort };
    const opened = await SipPhone.open({ username, secret, server });
    phones.push(opened);
    return opened;
  }

  async function rotate(of: Tenancy, extensionId: ExtensionId): Promise<string> {
    const tenantId = of.tenantId as TenantId;
    const by = {
      tenantId,
      action: "extension.rotate_secret",
      actor: { kind: "cli", id: "test", requestId: "test" },
    } as const;
    return change(db, by, async (tx) => {
      const { secret } = await rotateSecret(tx, tenantId, extensionId);
      return { subject: `extension:${extensionId}`, result: secret.reveal() };
    });
  }

  /** A customer below the operator with one price for Germany, money, and a phone. */
  async function customer(money: bigint, rate: RateOf = perSecond, options: { slice?: number; parent?: Tenancy } = {}) {
    const parent = options.parent ?? operator;
    const tenant = await make.tenant("customer", parent);
    await make.assign(tenant, await make.plan(parent, { "49": rate }, { slice: options.slice ?? 300 }));
    if (money > 0n) await make.topUp(tenant, money);
    return { tenant, phone: await phone(tenant) };
  }

  /** The newest call of a tenant, once it is over. */
  async function record(of: Tenancy) {
    type Row = {
      id: string;
      state: string;
      outcome: string;
      reason: string | null;
      talk_ms: string;
      billed_seconds: number;
      cost: string;
      source: string;
      granted: number;
      pbx_call_id: string;
      kind: string;
      dialled: string;
    };
    return until(async () => {
      const [row] = await make.sql<Row>(
        `SELECT id, state, outcome, reason, talk_ms::text, billed_seconds, cost_micros::text AS cost, source, granted_seconds AS granted, pbx_call_id, kind, dialled
         FROM call WHERE tenant_id = $1 ORDER BY started_at DESC LIMIT 1`,
        [of.tenantId],
      );
      return row?.state === "ended" ? { ...row, talkMs: Number(row.talk_ms), cost: BigInt(row.cost) } : undefined;
    });
  }

  return {
    stack,
    db,
    make,
    operator,
    phone,
    open,
    customer,
    rotate,
    record,
    /** After Postgres was away. */
    reconnect: async () => {
      await owner.end().catch(() => {});
      owner = await connectOwner(stack);
    },
    cli: async (...args: string[]) => {
      const { stdout } = await run(process.execPath, ["server/cli/bin.mjs", ...args, "--json"], {
        env: { ...process.env, DATA_DIR: dataDir },
      });
      return JSON.parse(stdout) as unknown;
    },
    stop: async () => {
      await Promise.all(phones.map((each) => each.close().catch(() => {})));
      await Promise.all([db.$disconnect(), owner.end().catch(() => {})]);
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type Lane = Awaited<ReturnType<typeof startLane>>;

/** 0.06 a minute, by the second: a second costs 1 000 micros, so seconds can be read off the money. */
export const perSecond: RateOf = { perMinute: 60_000n, first: 1, next: 1 };

async function connectOwner(stack: Stack): Promise<Client> {
  const client = new Client({ connectionString: stack.urls.owner });
  // A stopped Postgres is part of some tests; the query that is under way reports it.
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** As long as a slow machine with much to do may take to start a worker and do what had to wait for it. */
const PATIENCE_MS = 90_000;

/** Polls until there is something, and fails by saying that there never was. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`nothing after ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
