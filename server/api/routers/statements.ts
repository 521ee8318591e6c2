import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { getBillingDetails, setBillingDetails } from "@/server/domain/statements/billing-details";
import { sendStatementAgain } from "@/server/domain/statements/seal";
import { billingDetailsSchema, periodSchema, statementFilterSchema } from "@/server/domain/statements/statement.schema";
import {
  issueStatement,
  listStatements,
  previewStatement,
  type Statement,
} from "@/server/domain/statements/statements";

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);

/** A line of the list. Signed as in the wallet: what was charged is negative. */
const shown = ({ totals, taxes, seal, buyer, ...statement }: Statement) => ({
  id: statement.id,
  number: statement.number,
  kind: statement.kind,
  /** Whose it is, as it was called then. */
  buyerName: buyer.name,
  buyerSlug: statement.buyerSlug,
  firstDay: statement.firstDay,
  lastDay: statement.lastDay,
  timeZone: statement.timeZone,
  issuedAt: statement.issuedAt,
  currency: statement.currency,
  openingMicros: statement.openingMicros,
  chargedMicros: sumOf(totals.filter(({ kind }) => kind === "charge").map(({ amount }) => amount)),
  taxMicros: sumOf(taxes.map(({ tax }) => tax)),
  otherMicros: sumOf(totals.filter(({ kind }) => kind !== "charge").map(({ amount }) => amount)),
  closingMicros: statement.closingMicros,
  /** False while its files are being made. */
  ready: seal !== null,
});

export const statementsRouter = router({
  list: tenantQuery("balance.read")
    .input(statementFilterSchema)
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => {
        const { items, ...page } = await listStatements(tx, ctx.tenantId, input);
        return { items: items.map(shown), ...page };
      }),
    ),

  /** What a statement of these days would say now, or of the month that goes on; nothing is issued. */
  preview: tenantQuery("balance.read")
    .input(z.object({ days: periodSchema.optional() }))
    .query(({ ctx, input }) => ctx.read((tx) => previewStatement(tx, ctx.tenantId, input.days))),

  /** Of whole days that are over. The same days again give the statement there is. */
  create: tenantMutation("billing.write", "statement.issue")
    .input(z.object({ days: periodSchema }))
    .mutation(({ ctx, input: { days } }) =>
      ctx.change(async (tx) => {
        const range = { firstDay: days.from, lastDay: days.to, kind: "range" } as const;
        const made = await issueStatement(tx, ctx.tenantId, range, `user:${ctx.userId}`);
        const after = { firstDay: days.from, lastDay: days.to, repeated: made.repeated };
        return { subject: `statement:${made.number}`, after, result: { ...shown(made), repeated: made.repeated } };
      }),
    ),

  sendAgain: tenantMutation("billing.write", "statement.send")
    .input(z.object({ statementId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const by = { tenantId: ctx.tenantId, actingTenantId: ctx.seat.seatTenantId, actor: ctx.actor };
      const { mailed } = await sendStatementAgain(ctx.db, by, input.statementId);
      ctx.publish(["mail", "audit"]);
      return { mailed, goesOut: ctx.settings.mailGoesOut };
    }),

  details: tenantQuery("balance.read").query(({ ctx }) => ctx.read((tx) => getBillingDetails(tx, ctx.tenantId))),

  setDetails: tenantMutation("billing.write", "billing.set_details")
    .input(billingDetailsSchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { address, vatId, seen } }) =>
      ctx.change(async (tx) => {
        const { before } = await setBillingDetails(tx, ctx.tenantId, { address, vatId });
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { ...before },
          after: { address, vatId },
          seen,
          result: { address, vatId },
        };
      }),
    ),
});
