import { z } from "zod";

import {
  afterSchema,
  idSchema,
  limitSchema,
  momentSchema,
  moneyOf,
  moneySchema,
  paged,
  pageInput,
  pageOf,
  type Route,
  route,
  textOfMoment,
} from "@/server/api/rest/route";
import { callFilterSchema, callOutcomes } from "@/server/domain/calls/call.schema";
import { didSchema } from "@/server/domain/numbers/number.schema";

const callSchema = z
  .object({
    id: z.uuid(),
    direction: z.enum(["out", "in", "internal"]),
    extension: z.string(),
    extension_name: z.string(),
    dialled: z.string(),
    number: z.string().nullable().describe("Digits of E.164"),
    caller: z.string().nullable(),
    country: z.string().nullable(),
    outcome: z.enum(callOutcomes),
    reason: z.string().nullable().describe("A code such as BAL-01"),
    reason_text: z.string().nullable(),
    started_at: momentSchema,
    answered_at: momentSchema.nullable(),
    ended_at: momentSchema.nullable(),
    talk_seconds: z.number(),
    billed_seconds: z.number().int(),
    cost: moneySchema.describe("Without tax, as the tenant of the address paid it, whosever call it is"),
    tenant: z.string().nullable().optional().describe("Whose call it is, where those of all below are asked for"),
    paid: moneySchema
      .nullable()
      .optional()
      .describe("What the tenant directly below paid for it without tax, where those of all below are asked for"),
  })
  .meta({ id: "Call" });

type CallRow = Parameters<typeof callOf>[0];
function callOf(
  row: Readonly<{
    id: string;
    direction: "out" | "in" | "internal";
    from: Readonly<{ extensionNumber: string; name: string }>;
    dialled: string;
    toE164: string | null;
    fromNumber: string | null;
    country: string | null;
    outcome: (typeof callOutcomes)[number];
    reason: string | null;
    reasonSentence: string | null;
    startedAt: Date;
    answeredAt: Date | null;
    endedAt: Date | null;
    talkMs: number;
    billedSeconds: number;
    costMicros: bigint;
    below?: Readonly<{
      tenant: Readonly<{ slug: string }>;
      paid: Readonly<{ micros: bigint; currency: string }> | null;
    }> | null;
  }>,
  currency: string,
): z.input<typeof callSchema> {
  return {
    id: row.id,
    direction: row.direction,
    extension: row.from.extensionNumber,
    extension_name: row.from.name,
    dialled: row.dialled,
    number: row.toE164,
    caller: row.fromNumber,
    country: row.country,
    outcome: row.outcome,
    reason: row.reason,
    reason_text: row.reasonSentence,
    started_at: row.startedAt.toISOString(),
    answered_at: textOfMoment(row.answeredAt),
    ended_at: textOfMoment(row.endedAt),
    talk_seconds: row.talkMs / 1000,
    billed_seconds: row.billedSeconds,
    cost: moneyOf(row.costMicros, currency),
    ...(row.below && {
      tenant: row.below.tenant.slug,
      paid: row.below.paid && moneyOf(row.below.paid.micros, row.below.paid.currency),
    }),
  };
}

const liveSchema = z
  .object({
    id: z.uuid(),
    tenant: z.string(),
    extension: z.string(),
    to: z.string(),
    state: z.enum(["ringing", "live"]),
    started_at: momentSchema,
    answered_at: momentSchema.nullable(),
    cost_now: moneySchema,
    held: moneySchema,
    granted_until: momentSchema.nullable().describe("When it ends by itself unless more is held"),
  })
  .meta({ id: "LiveCall" });

export const callRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/calls",
    id: "listCalls",
    tag: "Calls",
    summary: "Calls, newest first unless the oldest are asked for, refused and unanswered ones included",
    procedure: "calls.list",
    query: z.object({
      text: callFilterSchema.shape.text.describe(
        "The beginning of a number in any written form, from six digits on; else a part of a number or name, or an id",
      ),
      outcome: callFilterSchema.shape.outcome,
      reason: callFilterSchema.shape.reason.describe("A code such as CAP-01"),
      direction: callFilterSchema.shape.direction,
      country: callFilterSchema.shape.country.describe("Of the number called, such as DE"),
      extension_id: callFilterSchema.shape.extensionId,
      scope: z
        .enum(["own", "below"])
        .optional()
        .describe("below: with the calls of all tenants below; own calls otherwise"),
      of_tenant: callFilterSchema.shape.tenant.describe(
        "The short name of a tenant below: its calls and those of all below it",
      ),
      from: callFilterSchema.shape.from.describe("A day of the tenant or a moment; included"),
      to: callFilterSchema.shape.to.describe("A day, included, or a moment, not included"),
      min_cost: callFilterSchema.shape.minCost.describe("What it cost at least without tax, such as 0.50"),
      min_seconds: z.coerce.number().int().min(0).max(1_000_000).optional().describe("How long was talked at least"),
      order: z.enum(["newest", "oldest"]).optional().describe("Which come first; the same on every page"),
      limit: limitSchema,
      starting_after: afterSchema,
    }),
    answer: pageOf(callSchema),
    input: (asked) => {
      const { extension_id: extensionId, of_tenant: tenant, ...page } = pageInput(asked);
      const { min_cost: minCost, min_seconds, order, ...rest } = page;
      const named = {
        ...{ extensionId, tenant, minCost },
        minSeconds: min_seconds === undefined ? undefined : Number(min_seconds),
        sort: order === "oldest" ? "-time" : undefined,
      };
      return {
        ...rest,
        far: true,
        ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
      };
    },
    shape: ({ items, nextCursor, currency }) =>
      paged(
        items.map((row: CallRow) => callOf(row, currency)),
        nextCursor,
      ),
  }),
  route({
    method: "GET",
    path: "/calls/{call_id}",
    id: "getCall",
    tag: "Calls",
    summary: "One call with every decision about it",
    procedure: "calls.get",
    answer: callSchema.extend({
      trace: z.array(z.object({ gate: z.string(), ok: z.boolean(), value: z.string(), limit: z.string() })),
    }),
    input: ({ params }) => ({ callId: params["call_id"] }),
    shape: (call) => ({
      ...callOf(call, call.currency),
      trace: call.trace.map(({ gate, ok, value, limit }) => ({ gate, ok, value, limit })),
    }),
  }),
  route({
    method: "GET",
    path: "/live-calls",
    id: "listLiveCalls",
    tag: "Calls",
    summary: "Calls that ring or talk, of this tenant and those below, longest first",
    procedure: "calls.live",
    answer: pageOf(liveSchema),
    shape: ({ items }) =>
      paged(
        items.map((row) => ({
          id: row.id,
          tenant: row.tenantSlug,
          extension: row.from.extensionNumber,
          to: row.toFormatted,
          state: row.state,
          started_at: row.startedAt.toISOString(),
          answered_at: textOfMoment(row.answeredAt),
          cost_now: moneyOf(row.costMicrosNow, row.currency),
          held: moneyOf(row.heldMicros, row.currency),
          granted_until: textOfMoment(row.grantedUntil),
        })),
        null,
      ),
  }),
  route({
    method: "POST",
    path: "/calls/{call_id}/actions/hang-up",
    id: "hangUpCall",
    tag: "Calls",
    summary: "Ask for the end of a call that goes on; it comes a moment later",
    procedure: "calls.hangUp",
    answer: idSchema,
    status: 202,
    input: ({ params }) => ({ callId: params["call_id"] }),
    shape: ({ id }) => ({ id }),
  }),
];

const numberSchema = z
  .object({ number: z.string(), holder: z.string(), extension: z.string().nullable(), since: momentSchema })
  .meta({ id: "Number" });

export const numberRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/numbers",
    id: "listNumbers",
    tag: "Numbers",
    summary: "Numbers of this tenant and of those below, a hundred at a time",
    procedure: "numbers.list",
    query: z.object({ text: z.string().max(100).optional(), starting_after: afterSchema }),
    answer: pageOf(numberSchema),
    input: pageInput,
    shape: ({ items, nextCursor }) =>
      paged(
        items.map((row) => ({
          number: row.number,
          holder: row.holder.slug,
          extension: row.extension?.number ?? null,
          since: row.since.toISOString(),
        })),
        nextCursor,
      ),
  }),
  route({
    method: "POST",
    path: "/numbers/{number}/actions/route",
    id: "routeNumber",
    tag: "Numbers",
    summary: "Say where a number rings; null: nowhere",
    procedure: "numbers.route",
    body: z.object({ extension_id: z.uuid().nullable() }),
    answer: z.object({ number: didSchema }),
    input: ({ params, body }) => ({ did: params["number"], extensionId: body["extension_id"] }),
    shape: ({ number }) => ({ number }),
  }),
];
