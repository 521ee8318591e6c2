import type { CountedSignal } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";
import type { TenantId } from "@/server/kernel/ids";

export type TakenSignal = Readonly<{
  kind: CountedSignal;
  /** Whose it is; without it, the operator's. */
  tenantId?: TenantId;
  /** An address of a kind that is counted by network, an extension's id, or nothing. */
  source?: string;
  at?: Date;
  count?: number;
}>;

/**
 * Counts something that a rule may mind: one row per subject, kind and minute, however often it happens. The next sweep
 * looks at it. A repeat counts again. What it is told may come from a stranger; nothing of it is kept but its network.
 */
export async function takeSignal(
  pool: SqlPool,
  { kind, tenantId, source = "", at = new Date(), count = 1 }: TakenSignal,
): Promise<void> {
  const text = "SELECT signal_count($1, $2, $3, $4, $5)";
  await pool.query("signal_count", text, [kind, tenantId ?? null, source, at, count]);
}

/** Notes that something is so in this minute, such as a link that is down; saying it again changes nothing. */
export async function markSignal(pool: SqlPool, kind: "ami_login" | "ami_silence", at = new Date()): Promise<void> {
  await pool.query("signal_mark", "SELECT signal_mark($1, $2)", [kind, at]);
}
