import { recordUnheld, settle } from "@/server/domain/calls/call-control";
import { callKindOf } from "@/server/domain/calls/cdr-line.rules";
import { endingOfDisposition } from "@/server/domain/calls/outcome.rules";
import type { CdrFile } from "@/server/domain/cdr-import/cdr-store";
import { show } from "@/server/domain/cdr-import/cdr-store";
import {
  carrierCharge,
  compareWithCarrier,
  compareWithPbx,
  type Shown,
  type Theirs,
  type Tolerances,
} from "@/server/domain/cdr-import/compare.rules";
import { type Progress, withFound } from "@/server/domain/cdr-import/import-progress";
import type { SqlPool } from "@/server/infra/db/pool";
import { CURRENCY_NOT_KNOWN, parseMicros } from "@/server/kernel/money";

export type Compared = Readonly<{ pool: SqlPool; file: CdrFile; isLive: (call: string) => boolean }>;

/** What is allowed to be apart, from the settings of the file. */
export const tolerancesOf = ({ options }: CdrFile): Tolerances => ({
  talkMs: options.talkToleranceSeconds * 1000,
  costMicros: parseMicros(options.costTolerance) ?? 0n,
  roundedUpMs: options.initiatedSeconds ? 1_000 : 0,
});

/** Compares the records in a stretch of lines with their calls and lists what differs. Safe to repeat. */
export async function compareLines(of: Compared, from: number, to: number, progress: Progress): Promise<Progress> {
  if (of.file.options.format === "carrier") return shownIn(of, await carrierDifferences(of, from, to), progress);
  const pbx = await pbxDifferences(of, from, to);
  const strays = await strayDifferences(of, from, to);
  const next = await shownIn(of, [...pbx.shown, ...strays.shown], progress);
  return { ...withFound(next, strays.recorded), settled: next.settled + pbx.settled };
}

/** Lists differences, unless this is only a trial, and counts them. */
export async function shownIn(
  { pool, file }: Compared,
  shown: readonly Shown[],
  progress: Progress,
): Promise<Progress> {
  if (!file.options.dryRun) await show(pool, file.id, shown);
  return withFound(progress, shown);
}

type CarrierRow = {
  line: number;
  key: string;
  number: string;
  started_at: Date;
  talk_ms: string;
  cost_micros: string;
  currency: string;
  call_id: string | null;
  tenant: string | null;
  our_talk_ms: string | null;
  taken_micros: string;
  taken_currency: string | null;
};

async function carrierDifferences({ pool, file }: Compared, from: number, to: number): Promise<Shown[]> {
  const tolerances = tolerancesOf(file);
  const rows = await pool.query<CarrierRow>(
    "cdr_carrier_doubts",
    "SELECT * FROM cdr_carrier_doubts($1, $2, $3, $4, $5)",
    [file.id, from, to, tolerances.talkMs, tolerances.costMicros],
  );
  return rows.flatMap((row) => {
    const theirs: Theirs = {
      key: row.key,
      line: row.line,
      number: row.number,
      startedAt: row.started_at.toISOString(),
      talkMs: Number(row.talk_ms),
      costMicros: BigInt(row.cost_micros),
      currency: row.currency,
    };
    if (row.call_id === null) return [carrierCharge(theirs)];
    const ours = {
      callId: row.call_id,
      tenantSlug: row.tenant ?? "",
      talkMs: Number(row.our_talk_ms ?? 0),
      takenMicros: BigInt(row.taken_micros),
      takenCurrency: row.taken_currency ?? row.currency,
    };
    return compareWithCarrier(ours, theirs, tolerances);
  });
}

type PbxRow = {
  call_key: string;
  call_id: string;
  tenant: string;
  state: string;
  talk_ms: string;
  ended_at: Date;
  disposition: string;
  kind: string;
  our_talk_ms: string | null;
  taken_micros: string;
  taken_currency: string;
};

/** A call that is still open here and over there is settled by the record, as the workers do with the file they follow. */
async function pbxDifferences(of: Compared, from: number, to: number): Promise<{ shown: Shown[]; settled: number }> {
  const { pool, file, isLive } = of;
  const tolerances = tolerancesOf(file);
  const rows = await pool.query<PbxRow>("cdr_pbx_doubts", "SELECT * FROM cdr_pbx_doubts($1, $2, $3, $4)", [
    file.id,
    from,
    to,
    tolerances.talkMs,
  ]);
  const shown: Shown[] = [];
  let settled = 0;
  for (const row of rows) {
    const talkMs = Number(row.talk_ms);
    if (row.state === "ended") {
      const ours = {
        callId: row.call_id,
        tenantSlug: row.tenant,
        talkMs: Number(row.our_talk_ms ?? 0),
        takenMicros: BigInt(row.taken_micros),
        takenCurrency: row.taken_currency,
      };
      const differs = compareWithPbx(ours, { callKey: row.call_key, talkMs }, tolerances);
      if (differs) shown.push(differs);
    } else if (!file.options.dryRun && !isLive(row.call_key) && (await settleBy(of, row, talkMs))) settled += 1;
  }
  return { shown, settled };
}

async function settleBy({ pool, file }: Compared, row: PbxRow, talkMs: number): Promise<boolean> {
  const ending = endingOfDisposition(row.disposition, row.kind);
  const result = await settle(pool, {
    pbx: file.source,
    call: row.call_key,
    talkMs,
    endedAt: row.ended_at,
    outcome: ending.outcome === "answered" ? "failed" : ending.outcome,
    reason: ending.reason,
    cause: 0,
    side: "",
    source: "spool",
  });
  return result === "settled";
}

type StrayRow = {
  line: number;
  call_key: string;
  endpoint: string | null;
  dialled: string;
  word: string;
  started_at: Date;
  ended_at: Date;
  talk_ms: string;
  known: boolean;
};

/** A trial writes nothing down, and so is told no price. */
const notKnown = { currency: CURRENCY_NOT_KNOWN, micros: 0n };

/** Answered calls of which we know nothing: one of our phones' is written down, another is listed as the file has it. */
async function strayDifferences({ pool, file }: Compared, from: number, to: number) {
  const text = "SELECT * FROM cdr_strays($1, $2, $3)";
  const rows = await pool.query<StrayRow>("cdr_strays", text, [file.id, from, to]);
  const shown: Shown[] = [];
  const recorded: Pick<Shown, "kind" | "currency" | "moneyAtRiskMicros">[] = [];
  for (const row of longestOfEach(rows)) {
    const kind = callKindOf(row.word);
    if (row.known && row.endpoint) {
      const unheld = {
        pbx: file.source,
        call: row.call_key,
        endpoint: row.endpoint,
        dialled: row.dialled,
        kind,
        startedAt: row.started_at,
        endedAt: row.ended_at,
        talkMs: Number(row.talk_ms),
      };
      const { risk } = file.options.dryRun ? { risk: notKnown } : await recordUnheld(pool, unheld);
      const found = { currency: risk?.currency ?? CURRENCY_NOT_KNOWN, moneyAtRiskMicros: risk?.micros ?? 0n };
      if (kind !== "emergency") recorded.push({ kind: "record_without_charge", ...found });
    } else if (row.word === "out") {
      shown.push({
        kind: "cdr_without_call",
        subject: `${file.source}:${row.call_key}`,
        moneyAtRiskMicros: 0n,
        currency: CURRENCY_NOT_KNOWN,
        detail: {
          call: row.call_key,
          number: row.dialled,
          startedAt: row.started_at.toISOString(),
          theirMs: Number(row.talk_ms),
          endpoint: row.endpoint ?? "",
          line: row.line,
        },
      });
    }
  }
  return { shown, recorded };
}

/** A transfer leaves several records of one call: the one with the most talk counts. */
function longestOfEach(rows: readonly StrayRow[]): readonly StrayRow[] {
  const longest = new Map<string, StrayRow>();
  for (const row of rows) {
    const before = longest.get(row.call_key);
    if (!before || Number(before.talk_ms) < Number(row.talk_ms)) longest.set(row.call_key, row);
  }
  return [...longest.values()];
}

type MissingRow = {
  call_id: string;
  tenant: string;
  call_key: string;
  number: string;
  started_at: Date;
  talk_ms: string;
  taken_micros: string;
  taken_currency: string;
};

/** Lists the calls that we talked in this time and the file does not have. Safe to repeat. */
export async function missingCalls({ pool, file }: Compared, from: Date, to: Date, most: number): Promise<Shown[]> {
  const text = "SELECT * FROM cdr_missing($1, $2, $3, $4)";
  const rows = await pool.query<MissingRow>("cdr_missing", text, [file.id, from, to, most]);
  return rows.map((row) => ({
    kind: file.options.format === "carrier" ? "call_missing_at_carrier" : "call_missing_in_cdr",
    subject: row.call_id,
    moneyAtRiskMicros: BigInt(row.taken_micros),
    currency: row.taken_currency,
    detail: {
      callId: row.call_id,
      tenant: row.tenant,
      call: row.call_key,
      number: row.number,
      startedAt: row.started_at.toISOString(),
      oursMs: Number(row.talk_ms),
    },
  }));
}
