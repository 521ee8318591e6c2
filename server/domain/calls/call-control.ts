import { classByKind } from "@/server/domain/destinations/number-class.rules";
import { type Dialled, readDialled } from "@/server/domain/rating/dialling.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import type { CallId, ExtensionId, TenantId } from "@/server/kernel/ids";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";
import { isRefusalCode, type RefusalCode } from "@/server/kernel/refusals";

/** A call as its PBX knows it. */
export type PbxCall = Readonly<{ pbx: string; call: string }>;

export type Question = PbxCall & Readonly<{ endpoint: string; dialled: string; address: string; at: Date }>;

export type Answer = Readonly<{
  kind: "out" | "internal" | "echo" | "emergency" | "inbound" | "refuse";
  /** Why it was refused. */
  code: RefusalCode | "";
  /** Paid for, and at most this long from the answer. 0 for a refusal. */
  grantedSeconds: number;
  /** Digits, or an endpoint for a call that rings at one of our phones. */
  target: string;
  callerId: string;
  /** Absent for an endpoint that nobody has: there is no record to point at. */
  callId: CallId | undefined;
  tenantId: TenantId | undefined;
  number: Dialled | undefined;
}>;

/** What the functions that authorise answer with. */
export type VerdictRow = {
  call_id: CallId | null;
  tenant_id: TenantId | null;
  kind: Answer["kind"];
  code: string;
  granted_seconds: number;
  target: string | null;
  caller_id: string | null;
};

/** What is answered to an endpoint that nobody has. */
export const unknownPhone: Answer = {
  kind: "refuse",
  code: "AUT-02",
  grantedSeconds: 0,
  target: "",
  callerId: "",
  callId: undefined,
  tenantId: undefined,
  number: undefined,
};

/** A record is text: what a phone may send and Postgres or a page may not show becomes a question mark. */
export const printable = (text: string) => text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, "?").slice(0, 128);

/** @returns the country whose dialling rules hold for a phone; undefined for an endpoint that nobody has. */
export async function homeCountry(pool: SqlPool, endpoint: string): Promise<string | undefined> {
  const text = "SELECT country FROM call_subject($1)";
  const [subject] = await pool.query<{ country: string }>("call_subject", text, [endpoint]);
  return subject?.country;
}

/**
 * Reads the number that a phone dialled by the dialling rules of its tenant's country.
 * @returns undefined for an endpoint that nobody has.
 */
export async function readNumber(
  pool: SqlPool,
  { endpoint, dialled }: Pick<Question, "endpoint" | "dialled">,
): Promise<Dialled | undefined> {
  const country = await homeCountry(pool, endpoint);
  return country === undefined ? undefined : readDialled(dialled, country);
}

/**
 * Decides about one call before it is dialled: reads the number, then walks the gates and puts the money aside, in two
 * statements.
 *
 * A repeat for the same call gives the first answer and holds nothing twice. Locks the wallets of the whole chain, in
 * one fixed order, for the length of the second statement. A refusal is an answer, not an error, and has its record.
 */
export async function authorise(pool: SqlPool, asked: Question): Promise<Answer> {
  const number = await readNumber(pool, asked);
  return number ? authoriseNumber(pool, asked, number) : unknownPhone;
}

/** As `authorise`, of a number that is read: one statement. */
export async function authoriseNumber(pool: SqlPool, asked: Question, number: Dialled): Promise<Answer> {
  const [row] = await pool.query<VerdictRow>(
    "call_authorise",
    "SELECT * FROM call_authorise($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    [
      asked.pbx,
      asked.call,
      asked.endpoint,
      number.kind === "invalid" ? printable(asked.dialled) : number.digits,
      number.kind,
      number.e164 ?? null,
      number.country ?? null,
      asked.address,
      asked.at,
      classByKind(number) ?? null,
    ],
  );
  if (!row) throw new Error("call_authorise gave no answer");
  return answerOf(row, number);
}

/** The database's verdict as call control knows it; a code that is not known here is none. */
export function answerOf(row: VerdictRow, number: Dialled | undefined): Answer {
  return {
    kind: row.kind,
    code: isRefusalCode(row.code) ? row.code : "",
    grantedSeconds: row.granted_seconds,
    target: row.target ?? "",
    callerId: row.caller_id ?? "",
    callId: row.call_id ?? undefined,
    tenantId: row.tenant_id ?? undefined,
    number,
  };
}

/**
 * Starts the clock of a call. A repeat changes nothing.
 * @returns false when it does not wait for an answer: answered before, ended, or never heard of.
 */
export async function markAnswered(pool: SqlPool, { pbx, call }: PbxCall, at: Date): Promise<boolean> {
  const text = "SELECT call_answered($1, $2, $3) AS done";
  const [row] = await pool.query<{ done: boolean }>("call_answered", text, [pbx, call, at]);
  return row?.done ?? false;
}

export type Renewed = Readonly<{ grantedSeconds: number; code: RefusalCode | "" }>;

/**
 * Holds the price of one more slice at every level. Seconds count from the answer; the code says why there was no more.
 * Each call of it asks for one slice more, so it is made once per slice. Locks the call, then its wallets.
 * @returns undefined when the call is not going on.
 */
export async function renew(pool: SqlPool, { pbx, call }: PbxCall, at: Date): Promise<Renewed | undefined> {
  const text = "SELECT granted_seconds, code FROM call_renew($1, $2, $3)";
  const [row] = await pool.query<{ granted_seconds: number; code: string }>("call_renew", text, [pbx, call, at]);
  return row && { grantedSeconds: row.granted_seconds, code: isRefusalCode(row.code) ? row.code : "" };
}

export type End = PbxCall &
  Readonly<{
    /** From answer to hang-up, as the PBX measured it. 0 is proof that nobody answered. */
    talkMs: number;
    endedAt: Date;
    outcome: string;
    reason: RefusalCode | null;
    /** Of Q.850; 0 for unknown. */
    cause: number;
    side: "caller" | "callee" | "limit" | "system" | "";
    source: "hangup" | "event" | "spool" | "sweep";
  }>;

/**
 * Charges the talk at every level, releases the holds and completes the record, in one transaction.
 * Any number of reports of one end charge once. Locks the call, then its wallets.
 * @returns "repeat" for a call that is settled already, "unknown" for one that was never authorised here.
 */
export async function settle(pool: SqlPool, end: End): Promise<"settled" | "repeat" | "unknown"> {
  const text = "SELECT call_settle($1, $2, $3, $4, $5, $6, $7, $8, $9) AS result";
  const { pbx, call, talkMs, endedAt, outcome, reason, cause, side, source } = end;
  const values = [pbx, call, talkMs, endedAt, outcome, reason, cause || null, side, source];
  const [row] = await pool.query<{ result: "settled" | "repeat" | "unknown" }>("call_settle", text, values);
  return row?.result ?? "unknown";
}

/**
 * Settles many ends of calls of one PBX in one statement; the outcome is that of settling each in turn. Each call at most
 * once. Locks the calls by id, then their wallets by id. One that the database refuses undoes them all.
 * @returns what became of each, by its call.
 */
export async function settleMany(
  pool: SqlPool,
  ends: readonly End[],
): Promise<ReadonlyMap<string, "settled" | "repeat" | "unknown">> {
  const text = "SELECT pbx_call, result FROM calls_settle($1, $2, $3, $4, $5, $6, $7, $8, $9)";
  const column = <T>(value: (end: End) => T) => ends.map(value);
  const rows = await pool.query<{ pbx_call: string; result: "settled" | "repeat" | "unknown" }>("calls_settle", text, [
    ends[0]?.pbx ?? "",
    column(({ call }) => call),
    column(({ talkMs }) => talkMs),
    column(({ endedAt }) => endedAt),
    column(({ outcome }) => outcome),
    column(({ reason }) => reason),
    column(({ cause }) => cause || null),
    column(({ side }) => side),
    column(({ source }) => source),
  ]);
  return new Map(rows.map((row) => [row.pbx_call, row.result]));
}

export type OpenCall = Readonly<{
  tenantId: TenantId;
  callId: CallId;
  call: string;
  kind: string;
  state: "authorised" | "answered";
  grantedSeconds: number;
  startedAt: Date;
  answeredAt: Date | undefined;
  lastSeenAt: Date | undefined;
  heldMicros: bigint;
  currency: string;
  extensionId: ExtensionId | undefined;
  /** Whether it calls back a phone that called for help: put through to its end, whoever pays. */
  helps: boolean;
}>;

type OpenRow = {
  tenant_id: TenantId;
  call_id: CallId;
  pbx_call_id: string;
  kind: string;
  state: "authorised" | "answered";
  granted_seconds: number;
  started_at: Date;
  answered_at: Date | null;
  last_seen_at: Date | null;
  held_micros: string;
  currency: string;
  extension_id: ExtensionId | null;
  helps: boolean;
};

/** The calls of one PBX that are not over, of all tenants. */
export async function openCalls(pool: SqlPool, pbx: string): Promise<OpenCall[]> {
  const rows = await pool.query<OpenRow>("calls_open", "SELECT * FROM calls_open($1)", [pbx]);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    callId: row.call_id,
    call: row.pbx_call_id,
    kind: row.kind,
    state: row.state,
    grantedSeconds: row.granted_seconds,
    startedAt: row.started_at,
    answeredAt: row.answered_at ?? undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    heldMicros: BigInt(row.held_micros),
    currency: row.currency,
    extensionId: row.extension_id ?? undefined,
    helps: row.helps,
  }));
}

/** Notes that these calls were alive at that moment: what is left as evidence when a PBX dies. A repeat moves it forward. */
export async function markSeen(pool: SqlPool, pbx: string, calls: readonly string[], at: Date): Promise<void> {
  if (calls.length === 0) return;
  await pool.query("calls_seen", "SELECT calls_seen($1, $2, $3)", [pbx, calls, at]);
}

export type UnheldCall = PbxCall &
  Readonly<{ endpoint: string; dialled: string; kind: string; startedAt: Date; endedAt: Date; talkMs: number }>;

export type Unheld = Readonly<{
  result: "recorded" | "known";
  /** What the talk would have cost at all levels together; undefined unless it is a difference. */
  risk: Readonly<{ micros: bigint; currency: string }> | undefined;
}>;

type UnheldRow = { result: Unheld["result"]; risk_micros: string | null; currency: string | null };

/**
 * Writes down a call of which the PBX kept a record and call control never heard. Unless it is free it also becomes a
 * difference, with what it would have cost; the currency is XXX where nobody has a price for it. A repeat changes nothing.
 */
export async function recordUnheld(pool: SqlPool, of: UnheldCall): Promise<Unheld> {
  const number = of.talkMs > 0 && of.kind === "external" ? await readNumber(pool, of) : undefined;
  const text = "SELECT * FROM call_record_unheld($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
  const values = [
    ...[of.pbx, of.call, of.endpoint, printable(of.dialled), of.kind, of.startedAt, of.endedAt, of.talkMs],
    ...[number?.e164 ?? null, number?.country ?? null],
  ];
  const [row] = await pool.query<UnheldRow>("call_record_unheld", text, values);
  const known = row?.risk_micros != null && row.currency !== null;
  return {
    result: row?.result ?? "known",
    risk: known ? { micros: BigInt(row.risk_micros ?? 0), currency: row.currency ?? CURRENCY_NOT_KNOWN } : undefined,
  };
}
