import { z } from "zod";

import { type ListedCall, listCalls } from "@/server/domain/calls/call-list";
import { listLiveCalls } from "@/server/domain/calls/live-calls";
import { check, checkCount } from "../check";
import type { Command } from "../command";

const PAGE = 200;
const orderSchema = z.object({ order: z.enum(["newest", "oldest"], "newest or oldest.") });

export const calls: Command = {
  summary: "A tenant's calls, refused ones included, each with what decided it.",
  options: {
    tenant: { value: "slug", about: "whose calls", required: true },
    limit: { value: "50", about: "how many", fallback: "50" },
    order: { value: "newest|oldest", about: "which come first", fallback: "newest" },
  },
  run: async (desk, given) => {
    const limit = checkCount("limit", given.text("limit"), 50);
    const { order } = check(orderSchema, { order: given.text("order") });
    const { id } = await desk.tenant(given.must("tenant"));
    const rows: ListedCall[] = [];
    let cursor: string | undefined;
    do {
      const filter = {
        limit: Math.min(PAGE, limit - rows.length),
        sort: order === "oldest" ? ("-time" as const) : ("time" as const),
        ...(cursor === undefined ? {} : { cursor }),
      };
      const page = await desk.read(id, (tx) => listCalls(tx, id, filter));
      rows.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && rows.length < limit);
    return { value: rows.map(shown) };
  },
};

/** Whoever called: an extension, or of a call from outside the number that the trunk named, if it did. */
const fromOf = (call: ListedCall): string | null =>
  call.direction === "in" ? call.fromNumber : call.from.extensionNumber;

const shown = (call: ListedCall) => ({
  id: call.id,
  direction: call.direction,
  from: fromOf(call),
  to: call.toE164 === null ? call.dialled : `+${call.toE164}`,
  startedAt: call.startedAt,
  answeredAt: call.answeredAt,
  endedAt: call.endedAt,
  talkMs: call.talkMs,
  billedSeconds: call.billedSeconds,
  costMicros: call.costMicros,
  outcome: call.outcome,
  reason: call.reason,
  kind: call.kind,
  dialled: call.dialled,
  trace: call.trace,
});

export const live: Command = {
  summary: "The calls that ring or talk now, everywhere, the newest first, with their running cost.",
  options: {},
  run: async (desk) => {
    const { items } = await desk.readAll(listLiveCalls);
    return {
      value: items.toReversed().map((call) => ({
        id: call.id,
        tenant: call.tenantSlug,
        direction: call.direction,
        from: call.direction === "in" ? call.fromFormatted : call.from.extensionNumber,
        to: call.toFormatted,
        state: call.state,
        startedAt: call.startedAt,
        answeredAt: call.answeredAt,
        currency: call.currency,
        perMinuteMicros: call.perMinuteMicros,
        heldMicros: call.heldMicros,
        costMicros: call.costMicrosNow,
        grantedUntil: call.grantedUntil,
        stopsBecause: call.stopsBecause,
      })),
    };
  },
};
