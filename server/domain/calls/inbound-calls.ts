import { type Answer, answerOf, type PbxCall, printable, type VerdictRow } from "@/server/domain/calls/call-control";
import { readCalled, readCaller } from "@/server/domain/calls/inbound.rules";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantId } from "@/server/kernel/ids";

/** A call that comes in from a trunk, with both numbers as the trunk sent them. */
export type InboundQuestion = PbxCall & Readonly<{ called: string; caller: string; address: string; at: Date }>;

const digitsOf = (called: string): string => readCalled(called) ?? printable(called);

/**
 * Decides about one call from outside before anything rings. It passes whatever the holder's balance and state, unless the
 * holder pays for it: then the money is put aside like that of an outgoing call, along the whole chain.
 *
 * A repeat for the same call and number gives the first answer and holds nothing twice; the id of any other call is
 * refused. Locks the wallets of the whole chain, in one fixed order. A refusal is an answer and has its record, at the
 * operator for a number that nobody holds.
 */
export async function authoriseInbound(pool: SqlPool, asked: InboundQuestion): Promise<Answer> {
  const [row] = await pool.query<VerdictRow>(
    "call_authorise_inbound",
    "SELECT * FROM call_authorise_inbound($1, $2, $3, $4, $5, $6)",
    [asked.pbx, asked.call, digitsOf(asked.called), readCaller(asked.caller), asked.address, asked.at],
  );
  if (!row) throw new Error("call_authorise_inbound gave no answer");
  return answerOf(row, undefined);
}

export type UnheldInbound = PbxCall &
  Readonly<{ called: string; caller: string; startedAt: Date; endedAt: Date; talkMs: number }>;

/**
 * Writes down a call from outside of which the PBX kept a record and call control never heard, for whoever holds the
 * number now. When somebody talked it also becomes a difference. A repeat changes nothing.
 */
export async function recordUnheldInbound(pool: SqlPool, of: UnheldInbound): Promise<"recorded" | "known"> {
  const text = "SELECT call_record_unheld_inbound($1, $2, $3, $4, $5, $6, $7) AS result";
  const values = [of.pbx, of.call, digitsOf(of.called), readCaller(of.caller), of.startedAt, of.endedAt, of.talkMs];
  const [row] = await pool.query<{ result: "recorded" | "known" }>("call_record_unheld_inbound", text, values);
  return row?.result ?? "known";
}

/** Who holds a number: the operator when nobody does, and nobody before there is an operator. */
export async function holderOf(pool: SqlPool, called: string): Promise<TenantId | undefined> {
  const text = "SELECT call_subject_inbound($1) AS tenant_id";
  const [row] = await pool.query<{ tenant_id: TenantId | null }>("call_subject_inbound", text, [digitsOf(called)]);
  return row?.tenant_id ?? undefined;
}
