import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode } from "next-auth/jwt";
import { Client } from "pg";

import { sessionCookieName } from "@/server/auth/cookie";
import { startStack } from "@/server/embedded/stack";
import { createLiveBus, decodeLive, encodeLive, LIVE_CHANNEL, liveKinds } from "@/server/infra/live/bus";
import type { TenantId } from "@/server/kernel/ids";
import { type Figure, quantile, round } from "./figure";

const VIEWERS = 500;
/** Browsers of one person: the server closes the oldest beyond twelve. */
const PER_PERSON = 10;
const EVERY_MS = 50;
const SECONDS = 20;
const P99_MS = 1_000;
const PATIENCE_MS = 15_000;

type Arrival = Readonly<{ position: number; at: number }>;
type Viewer = Readonly<{ arrivals: Arrival[]; close: () => void }>;
type Sent = Readonly<{ position: number; at: number }>;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * P11: 500 browsers hold a stream of the real portal while 20 things a second change, told as the workers and the portal tell
 * them. Measured from the change to its arrival, for every change and every browser; the browsers run on the same machine.
 */
export async function liveEvents(): Promise<Figure[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-bench-live-"));
  const stack = await startStack({
    dataDir,
    ports: { web: 0, callControl: 0, sip: 0, ami: 0, postgres: 0, redis: 0 },
    env: { ...process.env, DEMO_TRAFFIC: "off", LOG_LEVEL: "warn" },
  });
  const owner = new Client({ connectionString: stack.runtime.migrateUrl });
  const viewers: Viewer[] = [];
  try {
    await owner.connect();
    const cookies = await signIns(owner, stack.runtime.authSecret);
    for (let i = 0; i < VIEWERS; i += 1)
      viewers.push(await watch(stack.runtime.appUrl, cookies[Math.floor(i / PER_PERSON)] ?? ""));
    return figuresOf(await publish(owner, viewers), viewers);
  } finally {
    for (const viewer of viewers) viewer.close();
    await owner.end();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** People with a seat at the operator, signed in; the cookie of each. */
async function signIns(owner: Client, secret: string): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>(
    `WITH people AS (INSERT INTO person (email, name) SELECT 'viewer' || n || '@bench.example', 'Viewer' FROM generate_series(1, $1::int) n RETURNING id),
       seats AS (INSERT INTO seat (tenant_id, user_id, role) SELECT t.id, p.id, 'viewer' FROM people p, tenant t WHERE t.kind = 'operator')
     INSERT INTO session (user_id, expires_at) SELECT id, now() + interval '1 hour' FROM people RETURNING id`,
    [Math.ceil(VIEWERS / PER_PERSON)],
  );
  return Promise.all(
    rows.map(async ({ id }) => `${sessionCookieName(false)}=${await encode({ token: { sessionId: id }, secret })}`),
  );
}

/** Opens a stream and notes when it stood where. Resolves when it is open. */
function watch(appUrl: string, cookie: string): Promise<Viewer> {
  const arrivals: Arrival[] = [];
  return new Promise((resolve, reject) => {
    const request = http.get(`${appUrl}/api/live?tenant=operator`, { agent: false, headers: { cookie } }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`the stream answers ${answer.statusCode}`));
      answer.setEncoding("utf8").on("data", (text: string) => {
        const at = performance.now();
        for (const [, position] of text.matchAll(/^id: \w+-(\d+)$/gm))
          arrivals.push({ position: Number(position), at });
        resolve({ arrivals, close: () => request.destroy() });
      });
      answer.on("error", () => {});
    });
    request.on("error", reject);
  });
}

/** Changes 20 things a second. @returns for each where the stream stands with it, and when it changed. */
async function publish(owner: Client, viewers: readonly Viewer[]): Promise<Sent[]> {
  const { rows } = await owner.query<{ id: TenantId }>("SELECT id FROM tenant WHERE kind = 'customer' ORDER BY slug");
  const waiting = new Map<string, number[]>();
  const sent: Sent[] = [];
  let position: number | undefined;
  owner.on("notification", ({ payload = "" }) => {
    const heard = decodeLive(payload);
    if (!heard || "userId" in heard || position === undefined) return;
    position += 1;
    const at = waiting.get(payload)?.shift();
    if (at !== undefined) sent.push({ position, at });
  });
  await owner.query(`LISTEN ${LIVE_CHANNEL}`);
  const bus = createLiveBus(async (payloads) => {
    await owner.query("SELECT pg_notify($1, p) FROM unnest($2::text[]) p", [LIVE_CHANNEL, payloads]);
  });
  // Where the stream stands now, when nothing else moves.
  await sleep(1_000);
  position = Math.max(...viewers.map(({ arrivals }) => arrivals.at(-1)?.position ?? 0));
  for (let n = 0; n < (SECONDS * 1_000) / EVERY_MS; n += 1) {
    const tenantId = rows[n % rows.length]?.id;
    const kind = liveKinds[n % liveKinds.length];
    if (!tenantId || !kind) throw new Error("the demo has no customer");
    const payload = encodeLive({ tenantId, kind });
    waiting.set(payload, [...(waiting.get(payload) ?? []), performance.now()]);
    bus.publish({ tenantId, kind });
    await sleep(EVERY_MS);
  }
  await bus.close();
  const last = () => sent.at(-1)?.position ?? 0;
  const until = performance.now() + PATIENCE_MS;
  const behind = () => viewers.some(({ arrivals }) => (arrivals.at(-1)?.position ?? 0) < last());
  while (behind() && performance.now() < until) await sleep(100);
  return sent;
}

function figuresOf(sent: readonly Sent[], viewers: readonly Viewer[]): Figure[] {
  const waits: number[] = [];
  for (const { arrivals } of viewers) {
    let next = 0;
    for (const { position, at } of sent) {
      while ((arrivals[next]?.position ?? Number.POSITIVE_INFINITY) < position) next += 1;
      waits.push((arrivals[next]?.at ?? Number.POSITIVE_INFINITY) - at);
    }
  }
  waits.sort((a, b) => a - b);
  const p99 = quantile(waits, 0.99);
  const what = `a change → ${viewers.length} browsers, p99 (${sent.length} changes)`;
  const anchor = `p50 ${round(quantile(waits, 0.5), 0)} ms`;
  return [
    { ...{ id: "P11", what, measured: round(p99, 0), unit: "ms", anchor }, reach: "≤ 1 s", reached: p99 <= P99_MS },
  ];
}
