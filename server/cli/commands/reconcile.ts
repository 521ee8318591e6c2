import { z } from "zod";

import type { Place } from "@/server/config/place";
import { findBookDifferences } from "@/server/domain/calls/book-differences";
import { listDifferences } from "@/server/domain/calls/differences";
import { listOverdueCalls } from "@/server/domain/calls/overdue-calls";
import { byCurrency, getBoard } from "@/server/domain/reconciliation/board";
import { resolutionSchema } from "@/server/domain/reconciliation/difference.schema";
import { resolveDifference, resolvedValues } from "@/server/domain/reconciliation/resolve";
import { listTree } from "@/server/domain/tenancy/tenants";
import { formatMicros } from "@/server/kernel/money";
import { check } from "../check";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";

const PATIENCE_MS = 15_000;

type Found = Readonly<{
  /** null for what was only seen just now and is not written down. */
  id: string | null;
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
    const sums = byCurrency(
      differences.map(({ currency, moneyAtRiskMicros }) => ({ currency, count: 1, micros: moneyAtRiskMicros })),
    );
    const { differences: _, atRisk: __, ...board } = await desk.readAll(getBoard);
    const value = {
      differences,
      // Of several currencies there is no sum.
      moneyAtRiskMicros: sums.length > 1 ? null : (sums[0]?.micros ?? 0n),
      moneyAtRiskByCurrency: Object.fromEntries(sums.map(({ currency, micros }) => [currency, micros])),
      workers,
      board,
    };
    const amounts = sums.map(({ currency, micros }) => formatMicros(micros, currency, { exact: true }));
    const list = differences.map(({ tenant, kind, subject }) => `${tenant}  ${kind}  ${subject}`);
    const nothing = "Channels, holds, records and ledger agree.";
    const say = differences.length === 0 ? nothing : [...list, `At risk: ${amounts.join(", ")}`].join("\n");
    return { value, say: workers === "away" ? `${say}\nThe workers are away: live channels were not looked at.` : say };
  },
};

export const reconcileResolve: Command = {
  summary: "Closes a difference that a person has looked at; its id stands in ringfence reconcile --json.",
  words: ["difference"],
  options: {
    reason: { value: "text", about: "why, for those who read it later", required: true },
    "talk-seconds": {
      value: "n",
      about: "of a call that still holds money: how long was talked; 0 releases the money",
    },
  },
  run: async (desk, given) => {
    const talkSeconds = given.text("talk-seconds");
    const id = given.word(0);
    if (!z.uuid().safeParse(id).success) throw new BadInput("<difference> is the id of a difference.");
    const typed = {
      reason: given.must("reason"),
      talkSeconds: talkSeconds === undefined ? undefined : Number(talkSeconds),
    };
    const resolution = check(resolutionSchema, typed, { talkSeconds: "talk-seconds" });
    const operator = await desk.operator();
    const done = await desk.change(operator, "reconciliation.resolve", async (tx) => {
      const resolved = await resolveDifference(tx, id, resolution, desk.actorName);
      return { subject: `difference:${id}`, after: resolvedValues(resolved, resolution), result: resolved };
    });
    if (done.settled) await desk.publish(done.tenantId, ["calls", "balance"]);
    return { value: { id, kind: done.kind, settled: done.settled }, say: "Closed." };
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
    ...kept.map(({ id, tenantId, kind, subject, moneyAtRiskMicros, currency, foundAt, detail }) => ({
      id,
      tenant: slugOf(tenantId),
      kind,
      subject,
      moneyAtRiskMicros,
      currency,
      foundAt,
      detail,
    })),
    ...books.map(({ tenantId, ...found }) => ({
      id: null,
      tenant: slugOf(tenantId),
      ...found,
      foundAt: now,
      detail: {},
    })),
    ...overdue.map(({ tenantId, id, heldMicros, currency, dueAt, state }) => ({
      id: null,
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
