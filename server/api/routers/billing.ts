import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { type Changed, change } from "@/server/domain/audit/change";
import { getBalance } from "@/server/domain/billing/balance";
import { movementSchema } from "@/server/domain/billing/billing.schema";
import { listLedger } from "@/server/domain/billing/ledger";
import { ledgerSorts } from "@/server/domain/billing/ledger-sort.schema";
import { type Moved, transfer, undoTransfer } from "@/server/domain/billing/movements";
import { type MovedOrWaits, topUpOrAsk } from "@/server/domain/billing/top-up-approval";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

const slug = z.string().min(1).max(63);

/** An amount above the limit moves nothing yet, and the trail says so. */
const waits = (moved: object) => ("pendingId" in moved && moved.pendingId ? { waitsAs: String(moved.pendingId) } : {});

const auditOf = <T extends Moved | MovedOrWaits>(moved: T, slugs: Readonly<Record<string, string>>) => ({
  after: {
    ...slugs,
    amount: decimalOf(moved.amount),
    currency: moved.currency,
    transaction: moved.transactionId,
    ...waits(moved),
  },
  result: moved,
});

export const billingRouter = router({
  balance: tenantQuery("balance.read").query(({ ctx }) => ctx.read((tx) => getBalance(tx, ctx.tenantId))),

  ledger: tenantQuery("balance.read")
    .input(
      z.object({
        cursor: z
          .string()
          .regex(/^\d{1,18}$/, "Not a cursor of this list.")
          .optional(),
        limit: z.number().int().min(1).max(200).optional(),
        sort: z.enum(ledgerSorts).optional(),
      }),
    )
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        const [{ currency }, page] = [await getBalance(tx, ctx.tenantId), await listLedger(tx, input)];
        // Money moves from above only; who there pressed the button is in that tenant's trail, not in this one's pages.
        const items = page.items.map((row) => ({ ...row, actor: row.kind === "charge" ? row.actor : "provider" }));
        return { ...page, items, currency };
      }),
    ),

  /**
   * Credit comes from above. With `toTenantSlug` the tenant in the address gives it to one below; without, the tenant of
   * the person's seat gives it to the one in the address, so nobody can top up the tenant they sit on.
   */
  topUp: tenantMutation("billing.write", "billing.top_up")
    .input(movementSchema.extend({ toTenantSlug: slug.optional() }))
    .mutation(async ({ ctx, input: { tenantSlug, toTenantSlug, ...movement } }) => {
      if (movement.amount > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      const { seat } = ctx;
      const payer = toTenantSlug
        ? { tenantId: seat.tenantId, kind: seat.tenantKind }
        : { tenantId: seat.seatTenantId, kind: seat.seatKind };
      const receiver = await ctx.readBelow((tx) => getTenantBelow(tx, toTenantSlug ?? tenantSlug));
      if (receiver.id === payer.tenantId) {
        throw new DomainError("forbidden", { field: "tenant" }, "Credit comes from the tenant above.");
      }
      const by = { tenantId: payer.tenantId, actingTenantId: seat.seatTenantId, actor: ctx.actor };
      const result = await change(
        ctx.db,
        { ...by, action: "billing.top_up" },
        async (tx): Promise<Changed<MovedOrWaits>> => {
          const to = { tenantId: receiver.id, currency: receiver.currency };
          const by = { actor: `user:${ctx.userId}`, limit: ctx.settings.approvalLimit };
          const moved = await topUpOrAsk(tx, payer, to, movement, by);
          return { subject: `tenant:${receiver.id}`, alsoFor: [receiver.id], ...auditOf(moved, { to: receiver.slug }) };
        },
      );
      for (const tenantId of [payer.tenantId, receiver.id]) ctx.publish(["balance", "audit"], tenantId);
      return result;
    }),

  /** Moves credit between the tenant in the address and one directly below it, in either direction. */
  transfer: tenantMutation("billing.write", "billing.transfer")
    .input(movementSchema.extend({ withTenantSlug: slug, direction: z.enum(["down", "up"]).default("down") }))
    .mutation(async ({ ctx, input: { tenantSlug, withTenantSlug, direction, ...movement } }) => {
      if (movement.amount > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      const other = await ctx.readBelow((tx) => getTenantBelow(tx, withTenantSlug));
      if (other.id === ctx.tenantId) throw new DomainError("not_below", { field: "withTenantSlug" });
      const down = direction === "down";
      const [from, to] = down ? [ctx.tenantId, other.id] : [other.id, ctx.tenantId];
      const result = await ctx.change(async (tx) => {
        const currency = movement.currency ?? other.currency;
        const moved = await transfer(tx, { from, to }, { ...movement, currency }, `user:${ctx.userId}`);
        const slugs = down ? { from: tenantSlug, to: other.slug } : { from: other.slug, to: tenantSlug };
        return { subject: `tenant:${other.id}`, alsoFor: [other.id], ...auditOf(moved, slugs) };
      });
      ctx.publish(["balance", "audit"], other.id);
      return result;
    }),

  /** Takes a transfer back: between the tenant in the address and one directly below it, or between two below. */
  undoTransfer: tenantMutation("billing.write", "billing.undo_transfer")
    .input(z.object({ transactionId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const { pair, ...result } = await ctx.change(async (tx) => {
        const undone = await undoTransfer(tx, input.transactionId, `user:${ctx.userId}`);
        // The amount is known by now, and nothing of it stays when this refuses.
        if (undone.amount > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
        const others = undone.pair.filter((id) => id !== ctx.tenantId);
        const { after } = auditOf(undone, { undoes: input.transactionId });
        return { subject: `tenant:${others.at(-1)}`, after, alsoFor: others, result: undone };
      });
      for (const id of pair.filter((id) => id !== ctx.tenantId)) ctx.publish(["balance", "audit"], id);
      const { transactionId, currency, amount } = result;
      return { transactionId, currency, amount };
    }),
});
