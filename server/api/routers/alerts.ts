import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { auditOfLevels, getBalanceAlert, setBalanceAlert } from "@/server/domain/billing/balance-alert";
import { balanceAlertSchema } from "@/server/domain/billing/balance-alert.schema";

/** When the owners are told that credit is low. */
export const alertsRouter = router({
  get: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ levels: await getBalanceAlert(tx, ctx.tenantId) })),
  ),

  set: tenantMutation("billing.write", "billing.set_alert")
    .input(balanceAlertSchema)
    .mutation(({ ctx, input: { levels } }) =>
      ctx.change(async (tx) => {
        await setBalanceAlert(tx, { levels }, `user:${ctx.userId}`);
        return { subject: `tenant:${ctx.tenantId}`, after: auditOfLevels({ levels }), result: { ok: true as const } };
      }),
    ),
});
