import type { Place } from "@/server/config/place";
import { findBookDifferences } from "@/server/domain/calls/book-differences";
import { listDifferences } from "@/server/domain/calls/differences";
import { listOverdueCalls } from "@/server/domain/calls/overdue-calls";
import { listTree } from "@/server/domain/tenancy/tenants";
import { formatMicros } from "@/server/kernel/money";
import type { Command } from "../command";
import type { Desk } from "../desk";

const PATIENCE_MS = 15_000;

type Found = Readonly<{
  tenant: string;
  kind: string;
  subject: string;
  moneyAtRiskMicros: bigint;
  currency: string;
  foundAt: Date;
  detail: unknown;
}>;

export const reconcile: Command = {
  summary: "Compares live channels, holds, call records and ledger, heals what the evidence allows, lists the rest.",
  options: {},
  run: async (desk) => {
    const workers = await askWorkers(desk.place);
    const differences = await findDifferences(desk);
    const atRisk: Record<string, bigint> = {};
    for (const { currency, moneyAtRiskMicros } of differences) {
      atRisk[currency] = (atRisk[currency] ?? 0n) + moneyAtRiskMicros;
    }
    const moneyAtRiskMicros = Object.values(atRisk).reduce((sum, each) => sum + each, 0n);
    const value = { differences, moneyAtRiskMicros, moneyAtRiskByCurrency: atRisk, workers };
    const amounts = Object.entries(atRisk).map(([currency, amount]) => formatMicros(amount, currency, { exact: true }));
    const list = differences.map(({ tenant, kind, subject }) => `${tenant}  ${kind}  ${subject}`);
    const nothing = "Channels, holds, records and ledger agree.";
    const say = differences.length === 0 ? nothing : [...list, `At risk: ${amounts.join(", ")}`].join("\n");
    return { value, say: workers === "away" ? `${say}\nThe workers are away: live channels were not looked at.` : say };
  },
};

/** Only the workers see the telephone system. Without them the books are still compared. */
async function askWorkers({ callControlUrl, secrets }: Place): Promise<"ran" | "away"> {
  try {
    const answer = await fetch(`${callControlUrl}/v1/reconcile`, {
      method: "POST",
      headers: { authorization: `Bearer ${secrets["PBX_SECRET"] ?? ""}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.text();
    return answer.ok ? "ran" : "away";
  } catch {
    return "away";
  }
}

async function findDifferences(desk: Desk): Promise<Found[]> {
  const operator = await desk.operator();
  const tree = await desk.readAll((tx) => listTree(tx, operator));
  const slugs = new Map<string, string>(tree.map(({ id, slug }) => [id, slug]));
  const slugOf = (id: string) => slugs.get(id) ?? id;
  const kept = await desk.readAll(listDifferences);
  const overdue = await desk.readAll(listOverdueCalls);
  const books = await desk.readAll(findBookDifferences);
  const now = new Date();
  const all: Found[] = [
    ...kept.map(({ tenantId, kind, subject, moneyAtRiskMicros, currency, foundAt, detail }) => ({
      tenant: slugOf(tenantId),
      kind,
      subject,
      moneyAtRiskMicros,
      currency,
      foundAt,
      detail,
    })),
    ...books.map(({ tenantId, ...found }) => ({ tenant: slugOf(tenantId), ...found, foundAt: now, detail: {} })),
    ...overdue.map(({ tenantId, id, heldMicros, currency, dueAt, state }) => ({
      tenant: slugOf(tenantId),
      kind: "hold_without_channel",
      subject: id,
      moneyAtRiskMicros: heldMicros,
      currency,
      foundAt: dueAt,
      detail: { state },
    })),
  ];
  // The same thing may be on the list and be seen again: the list knows since when.
  const once = new Map(all.toReversed().map((found) => [`${found.kind} ${found.subject}`, found]));
  return [...once.values()].sort((a, b) => b.foundAt.getTime() - a.foundAt.getTime());
}
