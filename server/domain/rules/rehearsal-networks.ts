import { DAY_MS } from "@/server/domain/rules/rehearsal.rules";
import type { NetworkRehearsal } from "@/server/domain/rules/rule.schema";
import { failedSignIns } from "@/server/domain/rules/rule-kinds.schema";
import type { SqlPool } from "@/server/infra/db/pool";

const MINUTE_MS = 60_000;
/** Networks that are remembered while days are added up, the worst; and those that are told in the end. */
const MOST_REMEMBERED = 1_000;
const MOST_TOLD = 50;

type Rule = Readonly<{
  signal: string;
  windowMinutes: number;
  warn: string;
  critical: string;
  from: string;
  until: string;
}>;
type Banned = NetworkRehearsal["bans"][number];
/** How far it is: up to when it was looked at, and what was found until then. */
export type NetworkState = Readonly<{ at: string; found: NetworkRehearsal }>;
type Report = (
  state: Readonly<{ done: number; total: number; note: string; checkpoint: NetworkState }>,
) => Promise<void>;

const nothing: NetworkRehearsal = { failures: 0, warned: 0, fired: 0, falseHits: 0, bans: [], networks: 0 };

/**
 * Replays a rule about networks over the failed sign-ins of past days, a day at a time: what it would have banned, and which of
 * that had telephones behind it. It reads and changes nothing; a run that was killed goes on from its checkpoint. What is known
 * of sign-ins at the portal goes back two days.
 * @throws whatever `report` throws, between days.
 */
export async function rehearseNetworks(
  pool: SqlPool,
  rule: Rule,
  checkpoint: unknown,
  report: Report,
): Promise<NetworkRehearsal> {
  // Failures are added up by the minute, so stretches begin and end with one.
  const from = Math.floor(Date.parse(rule.from) / MINUTE_MS) * MINUTE_MS;
  const until = Math.ceil(Date.parse(rule.until) / MINUTE_MS) * MINUTE_MS;
  const total = Math.max(1, Math.ceil((until - from) / DAY_MS));
  let { at, found } = (checkpoint as NetworkState | null) ?? {
    at: new Date(from).toISOString(),
    found: nothing,
  };
  while (Date.parse(at) < until) {
    const end = new Date(Math.min(Date.parse(at) + DAY_MS, until)).toISOString();
    found = await dayOf(pool, rule, found, { from: at, to: end });
    at = end;
    const done = Math.ceil((Date.parse(at) - from) / DAY_MS);
    const note = `${found.failures} failures, ${found.fired} times critical`;
    await report({ done, total, note, checkpoint: { at, found } });
  }
  return { ...found, networks: found.bans.length, bans: found.bans.slice(0, MOST_TOLD) };
}

type Row = { network: string | null; most: string; failures: string; kept: string | null; phones: number };

async function dayOf(
  pool: SqlPool,
  { signal, windowMinutes, warn, critical }: Rule,
  found: NetworkRehearsal,
  { from, to }: Readonly<{ from: string; to: string }>,
): Promise<NetworkRehearsal> {
  const text = "SELECT network, most, failures, kept, phones FROM rehearsal_networks($1, $2, $3, $4, $5, $6)";
  const rows = await pool.query<Row>("rehearsal_networks", text, [
    signal,
    failedSignIns,
    windowMinutes,
    warn,
    from,
    to,
  ]);
  const over = rows.flatMap(({ network, ...row }) => (network === null ? [] : [{ network, ...row }]));
  const fired = over.filter(({ most }) => BigInt(most) >= BigInt(critical));
  return {
    failures: found.failures + rows.reduce((sum, row) => sum + Number(row.failures), 0),
    warned: found.warned + over.length,
    fired: found.fired + fired.length,
    falseHits: found.falseHits + fired.filter(({ phones }) => phones > 0).length,
    bans: worstFirst(fired.reduce<Map<string, Banned>>(added, new Map(found.bans.map((one) => [one.network, one])))),
    networks: 0,
  };
}

function added(bans: Map<string, Banned>, { network, most, kept, phones }: Row & { network: string }) {
  const before = bans.get(network);
  return bans.set(network, {
    network,
    kept,
    times: (before?.times ?? 0) + 1,
    most: Math.max(before?.most ?? 0, Number(most)),
    phones: Math.max(before?.phones ?? 0, phones),
  });
}

const worstFirst = (bans: ReadonlyMap<string, Banned>): Banned[] =>
  [...bans.values()]
    .sort((a, b) => b.times - a.times || b.most - a.most || a.network.localeCompare(b.network))
    .slice(0, MOST_REMEMBERED);
