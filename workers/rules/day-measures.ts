import type { RuleBook } from "@/server/domain/rules/rule-book";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Caller, Measured } from "@/workers/rules/subjects";

type Asked = Readonly<{ tenant: string; extension: string; since: Date; least: string }>;
/** Callers of one question: each is answered within the patience of the pool. */
const MOST = 200;
type Row = Omit<Measured, "past"> & { days: number; dearest: string };

/** What these callers spent within the window of the rule about their day, where that is enough to warn at all, with their past. */
export function measureDays(pool: SqlPool, book: RuleBook, callers: readonly Caller[], now: Date): Promise<Measured[]> {
  const asked = callers.flatMap(({ tenant_id: tenant, extension_id: extension }) => {
    const { mode, windowMinutes, warn } = book(tenant, { signal: "spend_day", scope: "extension" });
    const since = new Date(now.getTime() - windowMinutes * 60_000);
    return mode === "off" ? [] : [{ tenant, extension, since, least: String(warn) }];
  });
  return ask(pool, asked, now);
}

/** The same of one, since a moment; undefined where it spent nothing. */
export async function measureDay(
  pool: SqlPool,
  { tenant_id: tenant, extension_id: extension }: Caller,
  since: Date,
  now: Date,
): Promise<Measured | undefined> {
  return (await ask(pool, [{ tenant, extension, since, least: "1" }], now))[0];
}

async function ask(pool: SqlPool, asked: readonly Asked[], now: Date): Promise<Measured[]> {
  const text = "SELECT * FROM day_measures($1, $2)";
  const measured: Measured[] = [];
  for (let at = 0; at < asked.length; at += MOST) {
    const rows = await pool.query<Row>("day_measures", text, [JSON.stringify(asked.slice(at, at + MOST)), now]);
    for (const { days, dearest, ...row } of rows) measured.push({ ...row, past: { days, dearest: BigInt(dearest) } });
  }
  return measured;
}
