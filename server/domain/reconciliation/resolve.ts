import type { Resolution } from "@/server/domain/reconciliation/difference.schema";
import type { DifferenceKind } from "@/server/domain/reconciliation/difference-kinds.schema";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";

export type Resolved = Readonly<{
  tenantId: TenantId;
  kind: DifferenceKind;
  subject: string;
  moneyAtRiskMicros: bigint;
  currency: string;
  /** A call was settled with it. */
  settled: boolean;
}>;

const sentences: Readonly<Record<string, string>> = {
  RF001: "It is closed already, or the books still say so: what is true cannot be closed, only mended.",
  RF006: "Money is held for this call: say how many seconds were talked, 0 for none, at most what was granted.",
  RF007: "There is no such difference here.",
};
const codes = { RF001: "invalid_state", RF006: "invalid_input", RF007: "not_found" } as const;

/**
 * Closes a difference of the acting tenant or one below, with who and why. For a call that still holds money the talk time is
 * charged, or the money released for 0 seconds, in the same transaction. Locks the difference, then the call and its wallets.
 * @throws DomainError not_found; invalid_state when it is closed already or still true; invalid_input without a talk time.
 */
export async function resolveDifference(
  tx: TenantWrite,
  id: string,
  { reason, talkSeconds }: Resolution,
  by: string,
): Promise<Resolved> {
  const talkMs = talkSeconds === undefined ? null : BigInt(talkSeconds) * 1000n;
  try {
    const [row] = await tx.$queryRaw<Resolved[]>`
      SELECT tenant_id AS "tenantId", kind, subject, money_at_risk_micros AS "moneyAtRiskMicros", currency, settled
      FROM difference_resolve(${id}::uuid, ${by}, ${reason}, ${talkMs}::bigint)`;
    if (!row) throw new DomainError("not_found");
    return row;
  } catch (error) {
    const state = error instanceof Error ? /\bRF00[167]\b/.exec(`${error.message} ${JSON.stringify(error)}`)?.[0] : "";
    if (state !== "RF001" && state !== "RF006" && state !== "RF007") throw error;
    throw new DomainError(codes[state], { difference: id }, sentences[state]);
  }
}

/** What the audit trail keeps of it. */
export const resolvedValues = (
  { kind, subject, moneyAtRiskMicros, currency, settled }: Resolved,
  { reason, talkSeconds }: Resolution,
) => ({
  kind,
  about: subject,
  atRisk: decimalOf(moneyAtRiskMicros),
  currency,
  reason,
  talkSeconds: settled ? (talkSeconds ?? 0) : null,
});
