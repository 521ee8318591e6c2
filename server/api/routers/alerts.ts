import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { getBalanceAlert, setBalanceAlert } from "@/server/domain/billing/balance-alert";
import { balanceAlertSchema } from "@/server/domain/billing/balance-alert.schema";
import { decimalOf } from "@/server/kernel/money";

/** When the owners are told that credit is low. */
export const alertsRouter = router({
  get: tenantQuery("balance.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ alert: (await getBalanceAlert(tx, ctx.tenantId)) ?? null })),
  ),

  set: tenantMutation("billing.write", "billing.set_alert")
    .input(balanceAlertSchema)
    .mutation(({ ctx, input: { below, forDays } }) =>
      ctx.change(async (tx) => {
        await setBalanceAlert(tx, { below, forDays }, `user:${ctx.userId}`);
        const after = { below: below === null ? null : decimalOf(below), days: forDays };
        return { subject: `tenant:${ctx.tenantId}`, after, result: { ok: true as const } };
      }),
    ),
});
