import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";

import { startStack } from "@/server/embedded/stack";
import { builders } from "@/test/support/builders";
import { type Figure, quantile, round } from "./figure";

const PER_SECOND = 100;
const SECONDS = 20;

/** P3 and P4: what the PBX waits for before it dials, at 100 calls a second, and the statements behind one call. */
export async function authorisation(): Promise<Figure[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "ringfence-bench-authorise-"));
  const stack = await startStack({
    dataDir,
    web: false,
    pbx: false,
    seed: false,
    ports: { web: 0, callControl: 0, sip: 0, ami: 0, postgres: 0, redis: 0 },
    postgresSettings: { shared_preload_libraries: "pg_stat_statements" },
    env: { PBX: "none", LOG_LEVEL: "warn", DEMO_TRAFFIC: "off" },
  });
  const owner = new Client({ connectionString: stack.urls.owner });
  await owner.connect();
  try {
    const endpoints = await tenants(owner);
    const { callControlUrl, pbxSecret = "", pbxName } = stack.runtime;
    const ask = (what: string, fields: Record<string, string>) =>
      post(`${callControlUrl}${what}`, pbxSecret, { pbx: pbxName, ...fields });
    const authorise = (call: string, endpoint: string) =>
      ask("/v1/authorise", {
        call,
        endpoint,
        dialled: "030901820",
        cid: "",
        addr: "127.0.0.1:5060",
        at: `${Date.now()}000`,
      });
    const end = (call: string) =>
      ask("/v1/ended", {
        call,
        talk_ms: "30000",
        status: "ANSWER",
        cause: "16",
        side: "caller",
        at: `${Date.now()}000`,
      });
    await load(2, (i) => authorise(`warm.${i}`, endpoints[i % endpoints.length] ?? ""));
    const times = await load(SECONDS, async (i) => {
      const began = performance.now();
      const answer = await authorise(`bench.${i}`, endpoints[i % endpoints.length] ?? "");
      const took = performance.now() - began;
      if (!answer.startsWith("out|")) throw new Error(`refused: ${answer}`);
      void end(`bench.${i}`);
      return took;
    });
    const anchor = await emptyServer();
    const before = await statementsOf(
      owner,
      () => authorise("count.1", endpoints[0] ?? ""),
      "call_subject|call_authorise",
    );
    const after = await statementsOf(owner, () => end("count.1"), "call_settle");
    const p50 = quantile(times, 0.5);
    const p99 = quantile(times, 0.99);
    return [
      {
        id: "P3",
        what: "SQL statements per call, before dialling / after",
        measured: before,
        unit: `/ ${after}`,
        reach: "≤ 2 / ≤ 2",
        reached: before <= 2 && after <= 2,
      },
      {
        id: "P4",
        what: `authorisation over HTTP, ${PER_SECOND} calls/s, p50 (p99 ${round(p99)} ms)`,
        measured: round(p50),
        unit: "ms",
        reach: "p50 ≤ 3, p99 ≤ 10 ms",
        reached: p50 <= 3 && p99 <= 10,
        anchor: `empty server p50 ${round(quantile(anchor, 0.5))} ms, p99 ${round(quantile(anchor, 0.99))} ms`,
      },
    ];
  } finally {
    await owner.end();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function tenants(owner: Client): Promise<string[]> {
  await owner.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  const make = builders({ owner });
  const operator = await make.tenant("operator", undefined, { slug: "operator" });
  const plan = await make.plan(operator, { "49": { perMinute: 12_500n, first: 60, next: 6 } });
  const endpoints: string[] = [];
  for (let i = 0; i < 100; i += 1) {
    const tenant = await make.tenant("customer", operator, { slug: `bench-${i}x` });
    await make.assign(tenant, plan);
    await make.topUp(tenant, 1_000_000_000n);
    await make.sql("UPDATE tenant SET max_calls = 1000, max_calls_per_minute = 10000 WHERE id = $1", [tenant.tenantId]);
    endpoints.push((await make.phone(tenant)).endpoint);
  }
  return endpoints;
}

/** Open-loop: a call comes when its time comes, whether or not the one before was answered. */
async function load<T>(seconds: number, work: (i: number) => Promise<T>): Promise<T[]> {
  const began = performance.now();
  const all = Array.from({ length: seconds * PER_SECOND }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, began + (i * 1000) / PER_SECOND - performance.now()));
    return work(i);
  });
  return (await Promise.all(all)).sort((a, b) => Number(a) - Number(b));
}

/** A new connection each time, as a PBX may do; the figure is not to depend on its keeping one. */
function post(url: string, secret: string, fields: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: "POST",
        agent: false,
        headers: { Authorization: `Bearer ${secret}`, "Content-Type": "application/x-www-form-urlencoded" },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.on("end", () => resolve(text));
      },
    );
    sent.on("error", reject);
    sent.end(new URLSearchParams(fields).toString());
  });
}

async function emptyServer(): Promise<number[]> {
  const server = createServer((_request, answer) => answer.end("1"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const times = await load(3, async () => {
    const began = performance.now();
    await post(url, "", { to: "030901820" });
    return performance.now() - began;
  });
  await new Promise((resolve) => server.close(resolve));
  return times;
}

/** Counts by name, because the worker's own housekeeping runs beside it. */
async function statementsOf(owner: Client, work: () => Promise<unknown>, names: string): Promise<number> {
  await owner.query("SELECT pg_stat_statements_reset()");
  await work();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { rows } = await owner.query<{ n: number }>(
    "SELECT coalesce(sum(calls), 0)::int AS n FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = 'portal_app' AND query ~ $1",
    [names],
  );
  return rows[0]?.n ?? 0;
}
