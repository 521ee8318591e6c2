import { randomUUID } from "node:crypto";

import { receiveEvent } from "@/server/domain/payments/receive-event";
import type { EventFact } from "@/server/infra/payments/provider";
import type { Tenancy } from "./builders";
import type { TestDatabase } from "./database";
import type { Stage } from "./stage";

type DisputeTold = Extract<EventFact, { kind: "dispute" }>;

/** Payments as a provider tells them, without one: events in our own words, applied by the way every event takes. */
export function paymentDesk(db: TestDatabase, on: Stage) {
  /** A payment that waits for its money. */
  const begin = async (of: Tenancy, amount: bigint, more: { provider?: string; saveCard?: boolean } = {}) => {
    await on.sql("SELECT set_config('app.tenant_id', $1, false)", [of.tenantId]);
    const { id } = await on.one<{ id: string }>("SELECT payment_start($1, $2, $3, 'EUR', $4, 'test') AS id", [
      randomUUID(),
      more.provider ?? "stripe",
      amount,
      more.saveCard ?? false,
    ]);
    return id;
  };
  const tell = async (paymentId: string | undefined, what: EventFact, more: { id?: string; ref?: string } = {}) =>
    (
      await receiveEvent(db.app, "stripe", {
        id: more.id ?? `evt_${randomUUID()}`,
        type: `test.${what.kind}`,
        paymentId,
        paymentRef: more.ref,
        what,
      })
    ).outcome;
  const paidFact = (paymentId: string, amount: bigint, currency = "EUR") => ({
    ref: `pi_${paymentId}`,
    amount: String(amount),
    currency,
  });
  const paid = (paymentId: string, amount: bigint): EventFact => ({ kind: "paid", paid: paidFact(paymentId, amount) });
  const dispute = (ref: string, amount: bigint, status: "open" | "won" | "lost"): DisputeTold => ({
    kind: "dispute",
    dispute: { ref, amount: String(amount), currency: "EUR", status },
  });
  const refund = (ref: string, amount: bigint, status = "succeeded", ours: string | null = null): EventFact => ({
    kind: "refunds",
    refunds: [{ ref, amount: String(amount), status, ours, why: "" }],
  });
  return {
    begin,
    tell,
    paid,
    paidFact,
    dispute,
    refund,
    /** A payment whose money is there. */
    pay: async (of: Tenancy, amount: bigint) => {
      const id = await begin(of, amount);
      await tell(id, paid(id, amount));
      return id;
    },
    stateOf: async (paymentId: string) =>
      (await on.one<{ state: string }>("SELECT state FROM payment WHERE id = $1", [paymentId])).state,
    debtOf: async (of: Tenancy) =>
      BigInt(
        (
          await on.one<{ debt: string }>("SELECT debt_micros::text AS debt FROM wallet WHERE tenant_id = $1", [
            of.tenantId,
          ])
        ).debt,
      ),
    /** Whatever happened: nothing was made or lost, and payments, debts and ledger agree. */
    problems: async () => [
      ...(await on.sql("SELECT * FROM ledger_check()")),
      ...(await on.sql("SELECT * FROM payments_check()")),
    ],
  };
}
