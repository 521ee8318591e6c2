import { z } from "zod";

import {
  afterSchema,
  limitSchema,
  momentSchema,
  moneyOf,
  moneySchema,
  paged,
  pageInput,
  pageOf,
  type Route,
  route,
} from "@/server/api/rest/route";
import { movementSchema } from "@/server/domain/billing/billing.schema";
import type { Limits } from "@/server/domain/limits/limit-fields";
import { limitsSchema } from "@/server/domain/limits/limits.schema";
import { voucherCodeSchema } from "@/server/domain/vouchers/voucher.schema";

const limitsAnswer = z
  .object({
    daily_cap: moneySchema.nullable(),
    monthly_cap: moneySchema.nullable(),
    call_cap: moneySchema.nullable(),
    max_per_minute: moneySchema.nullable(),
    max_calls: z.number().int().nullable(),
    max_calls_per_minute: z.number().int().nullable(),
    max_calls_per_second: z.number().int().nullable(),
  })
  .meta({ id: "Limits" });

function limitsOf(limits: Limits, currency: string): z.input<typeof limitsAnswer> {
  const money = (micros: bigint | null) => (micros === null ? null : moneyOf(micros, currency));
  return {
    daily_cap: money(limits.dailyCapMicros),
    monthly_cap: money(limits.monthlyCapMicros),
    call_cap: money(limits.callCapMicros),
    max_per_minute: money(limits.maxPerMinuteMicros),
    max_calls: limits.maxCalls,
    max_calls_per_minute: limits.maxCallsPerMinute,
    max_calls_per_second: limits.maxCallsPerSecond,
  };
}

const limitNames = {
  daily_cap: "dailyCap",
  monthly_cap: "monthlyCap",
  call_cap: "callCap",
  max_per_minute: "maxPerMinute",
  max_calls: "maxCalls",
  max_calls_per_minute: "maxCallsPerMinute",
  max_calls_per_second: "maxCallsPerSecond",
} as const;

const day = z.iso.date();
const costPlanAnswer = z.object({ plan_id: z.uuid().nullable() }).meta({ id: "CostPlan" });

export const moneyRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/balance",
    id: "getBalance",
    tag: "Money",
    summary: "What is there, what calls hold, and what is available",
    procedure: "billing.balance",
    answer: z
      .object({
        posted: moneySchema,
        held: moneySchema,
        credit_limit: moneySchema,
        available: moneySchema,
        spent_today: moneySchema,
      })
      .meta({ id: "Balance" }),
    shape: (balance) => {
      const money = (micros: bigint) => moneyOf(micros, balance.currency);
      return {
        posted: money(balance.postedMicros),
        held: money(balance.heldMicros),
        credit_limit: money(balance.creditLimitMicros),
        available: money(balance.availableMicros),
        spent_today: money(balance.spentTodayMicros),
      };
    },
  }),
  route({
    method: "GET",
    path: "/ledger-entries",
    id: "listLedgerEntries",
    tag: "Money",
    summary: "Movements of the wallet, newest first",
    procedure: "billing.ledger",
    query: z.object({ limit: limitSchema, starting_after: afterSchema }),
    answer: pageOf(
      z
        .object({
          seq: z.string(),
          transaction_id: z.uuid(),
          at: momentSchema,
          kind: z.string(),
          description: z
            .string()
            .describe("What the portal noted, in the language of Accept-Language; what people typed, as they typed it"),
          call_id: z.uuid().nullable(),
          amount: moneySchema.describe("Negative: taken"),
          balance_after: moneySchema,
        })
        .meta({ id: "LedgerEntry" }),
    ),
    input: pageInput,
    shape: ({ items, nextCursor, currency }) =>
      paged(
        items.map((row) => ({
          seq: String(row.seq),
          transaction_id: row.id,
          at: row.at.toISOString(),
          kind: row.kind,
          description: row.memo,
          call_id: row.callId,
          amount: moneyOf(row.amountMicros, currency),
          balance_after: moneyOf(row.balanceAfterMicros, currency),
        })),
        nextCursor,
      ),
  }),
  route({
    method: "POST",
    path: "/top-ups",
    id: "createTopUp",
    tag: "Money",
    summary: "Give credit to a tenant below. The Idempotency-Key is the key of the money as well: it moves once",
    procedure: "billing.topUp",
    body: z.object({
      to_tenant: z.string().min(1).max(63),
      amount: movementSchema.shape.amount,
      memo: movementSchema.shape.memo,
    }),
    answer: z.object({ transaction_id: z.uuid().nullable(), pending_id: z.uuid().nullable(), amount: moneySchema }),
    status: 201,
    input: ({ body: { to_tenant, amount, memo }, key }) => ({
      toTenantSlug: to_tenant,
      amount,
      postingKey: `api:${key}`,
      ...(memo === undefined ? {} : { memo }),
    }),
    shape: (moved) => ({
      transaction_id: moved.transactionId,
      pending_id: moved.pendingId,
      amount: moneyOf(moved.amount, moved.currency),
    }),
  }),
  route({
    method: "POST",
    path: "/vouchers/actions/redeem",
    id: "redeemVoucher",
    tag: "Money",
    summary: "Put the credit of a code into the wallet",
    procedure: "vouchers.redeem",
    body: z.object({ code: voucherCodeSchema }),
    answer: z.object({ transaction_id: z.uuid(), amount: moneySchema }),
    input: ({ body }) => ({ code: body["code"] }),
    shape: (redeemed) => ({
      transaction_id: redeemed.transactionId,
      amount: moneyOf(redeemed.amountMicros, redeemed.currency),
    }),
  }),
  route({
    method: "GET",
    path: "/limits",
    id: "getLimits",
    tag: "Limits",
    summary: "What calls may cost and how many there may be",
    procedure: "limits.get",
    answer: z.object({ effective: limitsAnswer, own: limitsAnswer, above: limitsAnswer }),
    shape: ({ currency, effective, own, above }) => ({
      effective: limitsOf(effective, currency),
      own: limitsOf(own, currency),
      above: limitsOf(above, currency),
    }),
  }),
  route({
    method: "PATCH",
    path: "/limits",
    id: "setLimits",
    tag: "Limits",
    summary: "Set what this tenant allows itself; what is left out stays, null takes a limit away",
    procedure: "limits.set",
    body: z.object({
      daily_cap: limitsSchema.shape.dailyCap,
      monthly_cap: limitsSchema.shape.monthlyCap,
      call_cap: limitsSchema.shape.callCap,
      max_per_minute: limitsSchema.shape.maxPerMinute,
      max_calls: limitsSchema.shape.maxCalls,
      max_calls_per_minute: limitsSchema.shape.maxCallsPerMinute,
      max_calls_per_second: limitsSchema.shape.maxCallsPerSecond,
    }),
    answer: z.object({ changed: z.array(z.string()) }),
    input: ({ body }) =>
      Object.fromEntries(
        Object.entries(limitNames).flatMap(([name, inside]) => (name in body ? [[inside, body[name]]] : [])),
      ),
    shape: (_after, { body }) => ({ changed: Object.keys(limitNames).filter((name) => name in body) }),
  }),
  route({
    method: "GET",
    path: "/cost-plan",
    id: "getCostPlan",
    tag: "Limits",
    summary: "The plan of the operator's that says what its carriers ask; null where there is none",
    procedure: "limits.get",
    answer: costPlanAnswer,
    shape: ({ costPlanId }) => ({ plan_id: costPlanId }),
  }),
  route({
    method: "PATCH",
    path: "/cost-plan",
    id: "setCostPlan",
    tag: "Limits",
    summary:
      "Say which plan of the operator's tells what its carriers ask. To choose another, or none, is for a person in the portal",
    procedure: "limits.setCostPlan",
    body: z.object({ plan_id: z.uuid() }),
    answer: costPlanAnswer,
    input: ({ body }) => ({ planId: body["plan_id"] }),
    shape: ({ planId }) => ({ plan_id: planId }),
  }),
  route({
    method: "GET",
    path: "/statements",
    id: "listStatements",
    tag: "Money",
    summary: "Statements of this tenant, the latest period first",
    procedure: "statements.list",
    query: z.object({ starting_after: afterSchema }),
    answer: pageOf(
      z
        .object({
          id: z.uuid(),
          number: z.string(),
          first_day: day,
          last_day: day,
          time_zone: z.string(),
          issued_at: momentSchema,
          opening: moneySchema,
          closing: moneySchema,
          files_ready: z.boolean(),
        })
        .meta({ id: "Statement" }),
    ),
    input: pageInput,
    shape: ({ items, nextCursor }) =>
      paged(
        items.map((row) => ({
          id: row.id,
          number: row.number,
          first_day: row.firstDay,
          last_day: row.lastDay,
          time_zone: row.timeZone,
          issued_at: row.issuedAt.toISOString(),
          opening: moneyOf(row.openingMicros, row.currency),
          closing: moneyOf(row.closingMicros, row.currency),
          files_ready: row.ready,
        })),
        nextCursor,
      ),
  }),
];
