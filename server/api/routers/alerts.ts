import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { auditOfLevels, getBalanceAlert, setBalanceAlert } from "@/server/domain/billing/balance-alert";
import { balanceAlertSchema } from "@/server/domain/billing/balance-alert.schema";

/** When the owners are told that credit is low. */
export const alertsRouter = router({
  get: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ levels: await getBalanceAlert(tx, ctx.tenantId) })),
  ),

  set: tenantMutation("billing.write", "billing.set_alert")
    .input(balanceAlertSchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { levels, seen } }) =>
      ctx.change(async (tx) => {
        const before = await setBalanceAlert(tx, ctx.tenantId, { levels }, `user:${ctx.userId}`);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: auditOfLevels({ levels: before }),
          after: auditOfLevels({ levels }),
          seen,
          result: { ok: true as const },
        };
      }),
    ),
});
