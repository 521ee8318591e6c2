import type { IncomingMessage } from "node:http";

import { Counter, Gauge, Histogram, Registry } from "prom-client";

import { type AuditGauges, readAuditGauges } from "@/server/domain/audit/audit-gauges";
import { readDeskGauges } from "@/server/domain/incidents/desk-gauges";
import { type MoneyGauges, readMoneyGauges } from "@/server/domain/reconciliation/money-gauges";
import { type RetentionGauge, readRetentionGauges } from "@/server/domain/retention/retention-gauges";
import { readSecretGauges } from "@/server/domain/system/manager-secrets";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import { deskGauges, secretGauge } from "@/workers/call-control/desk-metrics";
import { isOurs, type Reply } from "@/workers/call-control/http";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";
import type { CdrSpool } from "@/workers/calls/cdr-spool";
import type { RunReporter } from "@/workers/calls/run-report";
import type { DeskCounts } from "@/workers/desk-counts";
import { inTime } from "@/workers/in-time";
import type { JobQueue } from "@/workers/queue-backend";

type Parts = Readonly<{
  pool: SqlPool;
  ami: AmiGateway | undefined;
  queue: JobQueue;
  lifecycle: CallLifecycle;
  runs: RunReporter;
  desk: DeskCounts;
  spool: () => CdrSpool | undefined;
}>;

export type Metrics = Readonly<{
  scrape: () => Promise<Reply>;
  answered: (route: string, status: number, seconds: number) => void;
}>;

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/** This machine may read without a token, unless it passes on somebody else's request; a token that is shown must be right. */
export const mayReadMetrics =
  (token: string | undefined) =>
  ({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): boolean => {
    if (headers.authorization !== undefined) return isOurs(token, headers.authorization);
    return LOOPBACK.test(socket.remoteAddress ?? "") && FORWARDED.every((name) => headers[name] === undefined);
  };

/** Whole currency units, for a graph; the exact amount stands on the board. */
const units = (micros: string): number => Number(micros) / 1_000_000;

/** What a monitoring system reads of the workers. No label names a tenant. */
export function createMetrics(parts: Parts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `ringfence_${name}`, help, labelNames: [...labelNames], registers });
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name: `ringfence_${name}`, help, labelNames: [...labelNames], registers });
  const requests = new Histogram({
    name: "ringfence_http_request_duration_seconds",
    help: "Requests to call control.",
    labelNames: ["route", "status"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const money = moneyGauges(gauge);
  const audit = auditGauges(gauge);
  const retention = retentionGauges(gauge);
  const machine = machineGauges(gauge, counter);
  const desk = deskGauges(gauge);
  const secrets = secretGauge(gauge);
  for (const one of parts.desk.all()) registry.registerMetric(one);
  return {
    answered: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
    scrape: async () => {
      const [read, trail, kept, incidents, used, counts, spool] = await Promise.all([
        inTime(readMoneyGauges(parts.pool)),
        inTime(readAuditGauges(parts.pool)),
        inTime(readRetentionGauges(parts.pool)),
        inTime(readDeskGauges(parts.pool)),
        inTime(readSecretGauges(parts.pool)),
        inTime(parts.queue.counts()),
        inTime(Promise.resolve(parts.spool()?.status())),
      ]);
      money(read);
      audit(trail);
      retention(kept ?? []);
      desk(incidents);
      secrets(used ?? []);
      machine({ parts, counts, spool });
      return { status: 200, text: await registry.metrics(), type: "text/plain; version=0.0.4; charset=utf-8" };
    },
  };
}

type MakeGauge = (name: string, help: string, labels?: readonly string[]) => Gauge;
type MakeCounter = (name: string, help: string, labels?: readonly string[]) => Counter;

/** What the database says; without an answer the lines are left out rather than shown as nothing. */
function moneyGauges(gauge: MakeGauge): (read: MoneyGauges | undefined) => void {
  const up = gauge("database_up", "1 when the database answered this scrape.");
  const active = gauge("active_calls", "Calls that are not over.", ["state"]);
  const unsettled = gauge("unsettled_calls", "Open calls whose end is overdue.");
  const reserved = gauge("reserved_credit", "Money held for calls, in units of the currency.", ["currency"]);
  const open = gauge("differences_open", "Differences that nobody has closed.", ["kind"]);
  const risk = gauge("money_at_risk", "Money at risk in open differences, in units of the currency.", ["currency"]);
  return (read) => {
    for (const one of [active, unsettled, reserved, open, risk]) one.reset();
    up.set(read ? 1 : 0);
    if (!read) return;
    for (const state of ["authorised", "answered"]) active.set({ state }, read.calls[state] ?? 0);
    unsettled.set(read.unsettled);
    for (const [currency, micros] of Object.entries(read.held)) reserved.set({ currency }, units(micros));
    for (const { kind, currency, count, micros } of read.differences) {
      open.inc({ kind }, count);
      risk.inc({ currency }, units(micros));
    }
  };
}

/** What proves later that the trail was not written anew: it is kept where the database's owner has no say. */
function auditGauges(gauge: MakeGauge): (read: AuditGauges | undefined) => void {
  const events = gauge("audit_events", "Audit events of all chains; may never fall.");
  const print = gauge("audit_heads_fingerprint", "48 bits of a hash over the heads of all chains.");
  const cut = gauge("audit_chains_cut", "Chains that are shorter than a file outside the database knows them.");
  return (read) => {
    for (const one of [events, print, cut]) one.reset();
    if (!read) return;
    events.set(read.events);
    print.set(read.fingerprint);
    cut.set(read.cut);
  };
}

/** How the last sweep of each class of data went. Nothing is shown before the first. */
function retentionGauges(gauge: MakeGauge): (read: readonly RetentionGauge[]) => void {
  const last = gauge("retention_last_run_timestamp_seconds", "When a class of data was swept to its end last.", [
    "class",
  ]);
  const removed = gauge("retention_rows_removed", "Rows let go or pseudonymised so far; may never fall.", ["class"]);
  const held = gauge("retention_rows_held", "Rows older than their policy that a hold or an incident keeps.", [
    "class",
  ]);
  const oldest = gauge("retention_oldest_age_seconds", "Age of the oldest row at the last run.", ["class"]);
  const failed = gauge("retention_failed", "1 when the last run of a class could not be finished.", ["class"]);
  const months = gauge("retention_months_missing", "Months of tables kept by month that should be there and are not.");
  return (read) => {
    for (const one of [last, removed, held, oldest, failed, months]) one.reset();
    for (const { class: of, ...run } of read) {
      last.set({ class: of }, run.ran_at.getTime() / 1000);
      removed.set({ class: of }, run.removed_total);
      held.set({ class: of }, run.held);
      if (run.oldest_at) oldest.set({ class: of }, secondsSince(run.oldest_at));
      failed.set({ class: of }, run.failed ? 1 : 0);
      months.set(run.months_missing);
    }
  };
}

type Seen = Readonly<{
  parts: Parts;
  counts: Readonly<Record<string, number>> | undefined;
  spool: Awaited<ReturnType<CdrSpool["status"]>> | undefined;
}>;

const secondsSince = (at: Date): number => Math.max(0, (Date.now() - at.getTime()) / 1000);

/** What this process knows by itself. */
function machineGauges(gauge: MakeGauge, counter: MakeCounter): (seen: Seen) => void {
  const calls = counter("calls_total", "Calls that ended or were refused, since the start.", ["outcome", "reason"]);
  const ends = counter("call_ends_reported_total", "Reports of ended calls, by source.", ["source"]);
  const entries = counter("ledger_entries_total", "Ledger entries, counted when the ledger is checked.", ["kind"]);
  const waiting = gauge("unsettled_ends", "Ends of calls that wait for the database.");
  const connected = gauge("ami_connected", "1 while events arrive from the PBX and actions are taken.");
  const eventAge = gauge("ami_last_event_age_seconds", "Since the last event of the PBX.");
  const lastRun = gauge("reconciliation_last_run_timestamp_seconds", "When reconciliation ran last.");
  const age = gauge("reconciliation_age_seconds", "Since reconciliation ran last.");
  const lagBytes = gauge("spool_lag_bytes", "Call records written by the PBX and not read yet.");
  const lagSeconds = gauge("spool_lag_seconds", "Since when there is something unread.");
  const depth = gauge("queue_depth", "Jobs in the queue.", ["state"]);
  return ({ parts: { ami, lifecycle, runs }, counts, spool }) => {
    for (const one of [calls, ends, entries, waiting, connected, eventAge, lastRun, age, lagBytes, lagSeconds, depth]) {
      one.reset();
    }
    for (const { outcome, reason, calls: n } of lifecycle.counts.all()) calls.inc({ outcome, reason }, n);
    for (const [source, { count }] of Object.entries(lifecycle.settlements.heard)) ends.inc({ source }, count);
    for (const [kind, n] of Object.entries(runs.ledgerEntries)) entries.inc({ kind }, n);
    waiting.set(lifecycle.settlements.waiting);
    const status = ami?.status();
    connected.set(status?.connected ? 1 : 0);
    if (status?.lastEventAt) eventAge.set(secondsSince(status.lastEventAt));
    if (runs.last) {
      lastRun.set(runs.last.at.getTime() / 1000);
      age.set(secondsSince(runs.last.at));
    }
    if (spool) {
      lagBytes.set(spool.lagBytes);
      lagSeconds.set(spool.behindSince ? secondsSince(spool.behindSince) : 0);
    }
    for (const [state, n] of Object.entries(counts ?? {})) depth.set({ state }, n);
  };
}
