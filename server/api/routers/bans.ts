import { onlyAtOperator } from "@/server/api/at-operator";
import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import {
  banFilterSchema,
  banPreviewSchema,
  banSettingSchema,
  dropKeepSchema,
  keepSchema,
  liftBanSchema,
  ownBanSchema,
  placeBanSchema,
} from "@/server/domain/bans/ban.schema";
import { banSettings, dropKept, keepNetwork, listBans, listKept, setBanSetting } from "@/server/domain/bans/ban-list";
import { liftBan, placeBans, previewBan } from "@/server/domain/bans/bans";
import { liftOwnBan, listOwnBans } from "@/server/domain/bans/own-bans";

/** The PBX and the portal are the operator's, and so is who may reach them. */
const atOperator = onlyAtOperator("bans", "Bans are the operator's: open them there.");

export const bansRouter = router({
  list: tenantQuery("bans.read")
    .input(banFilterSchema)
    .query(({ ctx, input: { tenantSlug: _, ...filter } }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => listBans(tx, ctx.tenantId, filter));
    }),

  /** Would this lock us out? */
  preview: tenantQuery("bans.read")
    .input(banPreviewSchema)
    .query(({ ctx, input: { network, scope } }) => {
      atOperator(ctx.seat);
      return ctx.read((tx) => previewBan(tx, { network, scope, ownAddress: ctx.address }));
    }),

  rules: tenantQuery("bans.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({
      settings: await banSettings(tx, ctx.tenantId),
      kept: await listKept(tx, ctx.tenantId),
    }));
  }),

  place: tenantMutation("bans.write", "ban.place")
    .input(placeBanSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...asked } }) => {
      atOperator(ctx.seat);
      const source = { kind: "person", id: ctx.userId } as const;
      return ctx.change(async (tx) => {
        const result = await placeBans(tx, { ...asked, source, ownAddress: ctx.address });
        const { network, scope, reason, cutOff } = asked;
        const [bans, expiresAt] = [result.ids.join(" "), result.expiresAt.toISOString()];
        const after = { network, scope, reason, cutOff, expiresAt, bans };
        return { subject: `ban:${result.id}`, after, result };
      });
    }),

  lift: tenantMutation("bans.write", "ban.lift")
    .input(liftBanSchema)
    .mutation(({ ctx, input }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { ban, lifted } = await liftBan(tx, { banId: input.banId, by: ctx.userId });
        const { id, network, scope, reason } = ban;
        return { subject: `ban:${id}`, before: { network, scope, reason }, after: { lifted }, result: { id, lifted } };
      });
    }),

  /** Which of one's own addresses the telephone system refuses, and why. */
  own: tenantQuery("extensions.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listOwnBans(tx, ctx.address), now: new Date() })),
  ),

  /** Lets one of them in again. */
  unblock: freshTenantMutation("extensions.write", "ban.unblock")
    .input(ownBanSchema)
    .mutation(({ ctx, input: { sender } }) =>
      ctx.change(async (tx) => {
        const lifted = await liftOwnBan(tx, { network: sender, ownAddress: ctx.address, by: ctx.userId });
        return { subject: `network:${sender}`, after: { lifted }, result: { network: sender, lifted } };
      }),
    ),

  keep: tenantMutation("bans.write", "ban.keep")
    .input(keepSchema)
    .mutation(({ ctx, input: { network, note } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        await keepNetwork(tx, ctx.tenantId, { network, note });
        return { subject: `network:${network}`, after: { network, note }, result: { network } };
      });
    }),

  dropKeep: tenantMutation("bans.write", "ban.drop_keep")
    .input(dropKeepSchema)
    .mutation(({ ctx, input: { network } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        await dropKept(tx, ctx.tenantId, network);
        return { subject: `network:${network}`, before: { network }, result: { network } };
      });
    }),

  setRule: tenantMutation("bans.write", "ban.set_rule")
    .input(banSettingSchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { tenantSlug: _, seen, ...setting } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const before = await setBanSetting(tx, ctx.tenantId, setting);
        return { subject: `ban_rule:${setting.scope}`, before, after: setting, seen, result: setting };
      });
    }),
});
