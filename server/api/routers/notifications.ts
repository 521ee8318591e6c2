import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { listDeliveries, sendAgain, tellTest } from "@/server/domain/notifications/deliveries";
import { addTargetSchema, deliverySchema, targetSchema } from "@/server/domain/notifications/notification.schema";
import { addTarget, listTargets, removeTarget, rotateTarget } from "@/server/domain/notifications/targets";

/** Who is told of incidents: of all of them at the operator, elsewhere of those that touch the phones of one's branch. */
export const notificationsRouter = router({
  targets: tenantQuery("incidents.read").query(({ ctx }) => ctx.read((tx) => listTargets(tx, ctx.tenantId))),

  deliveries: tenantQuery("incidents.read").query(({ ctx }) => ctx.read((tx) => listDeliveries(tx, ctx.tenantId))),

  add: tenantMutation("incidents.write", "notification.add")
    .input(addTargetSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { kind, recipient: address, leastSeverity, level } = input;
        const by = { by: ctx.userId, key: ctx.settings.webhookKey };
        const result = await addTarget(tx, ctx.tenantId, { kind, address, leastSeverity, level }, by);
        return { subject: `target:${result.id}`, after: { kind, address, leastSeverity, level }, result };
      }),
    ),

  remove: tenantMutation("incidents.write", "notification.remove")
    .input(targetSchema)
    .mutation(({ ctx, input: { targetId } }) =>
      ctx.change(async (tx) => {
        const result = await removeTarget(tx, ctx.tenantId, targetId);
        return { subject: `target:${targetId}`, before: result, result };
      }),
    ),

  /** Another secret for a webhook, shown this once. */
  rotate: tenantMutation("incidents.write", "notification.rotate")
    .input(targetSchema)
    .mutation(({ ctx, input: { targetId } }) =>
      ctx.change(async (tx) => {
        const result = await rotateTarget(tx, ctx.tenantId, targetId, ctx.settings.webhookKey);
        return { subject: `target:${targetId}`, after: { address: result.address }, result };
      }),
    ),

  test: tenantMutation("incidents.write", "notification.test")
    .input(targetSchema)
    .mutation(({ ctx, input: { targetId } }) =>
      ctx.change(async (tx) => {
        const result = await tellTest(tx, ctx.tenantId, targetId);
        return { subject: `target:${targetId}`, after: result, result };
      }),
    ),

  sendAgain: tenantMutation("incidents.write", "notification.send_again")
    .input(deliverySchema)
    .mutation(({ ctx, input: { deliveryId } }) =>
      ctx.change(async (tx) => {
        const result = await sendAgain(tx, ctx.tenantId, deliveryId);
        return { subject: `delivery:${deliveryId}`, after: result, result };
      }),
    ),
});
