import { z } from "zod";

import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { brandSchema, hostSchema, logoSchema } from "@/server/domain/brands/brand.schema";
import { brandHere, ownBrand, resetBrand, setBrand, stateOf, trailOf } from "@/server/domain/brands/brands";
import { hostToCheck, isShown, noteHost, setHost } from "@/server/domain/brands/hosts";
import { setLogo } from "@/server/domain/brands/logos";
import { DomainError } from "@/server/kernel/errors";

/** How a reseller and everybody below it sees the portal. */
export const brandingRouter = router({
  /** The tenant's own brand, and the one that holds without it. */
  get: tenantQuery("tenants.read").query(({ ctx }) =>
    ctx.read(async (tx) => {
      const own = await ownBrand(tx, ctx.tenantId);
      return { own, seen: stateOf(own), holds: await brandHere(tx), mayHaveHost: ctx.seat.tenantKind === "reseller" };
    }),
  ),

  set: tenantMutation("members.write", "brand.set")
    .input(brandSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...input } }) =>
      ctx.change(async (tx) => {
        const { before, after } = await setBrand(tx, ctx.tenantId, input);
        const subject = `tenant:${ctx.tenantId}`;
        return { subject, before: trailOf(before), after: trailOf(after), result: { seen: stateOf(after) } };
      }),
    ),

  /** null takes it away. */
  setLogo: tenantMutation("members.write", "brand.set_logo")
    .input(z.object({ logo: logoSchema.nullable() }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { before, after } = await setLogo(tx, ctx.tenantId, input.logo);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { logo: before.logo },
          after: { logo: after.logo },
          result: { logo: after.logo },
        };
      }),
    ),

  /** null takes it away; people then come in by the house's own name. */
  setHost: freshTenantMutation("members.write", "brand.set_host")
    .input(z.object({ host: hostSchema.nullable() }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { before, after } = await setHost(tx, ctx.tenantId, input.host, ctx.settings.houseUrl);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { host: before.host },
          after: { host: after.host },
          result: { host: after.host, record: after.record },
        };
      }),
    ),

  /** Looks for the record in the DNS; the name is served from when it is there. */
  checkHost: freshTenantMutation("members.write", "brand.check_host").mutation(async ({ ctx }) => {
    const wanted = await ctx.read((tx) => hostToCheck(tx, ctx.tenantId));
    // Each look is a question to servers of somebody's choice.
    const looks = `host ${ctx.userId}`;
    const seconds = await ctx.attempts.begin(ctx.address, looks);
    if (seconds > 0) throw new DomainError("rate_limited", { seconds });
    const shown = await isShown(wanted, ctx.lookupTxt);
    if (shown) await ctx.attempts.succeeded(ctx.address, looks);
    return ctx.change(async (tx) => {
      const state = await noteHost(tx, ctx.tenantId, wanted, shown);
      return { subject: `tenant:${ctx.tenantId}`, after: { host: wanted.host, state }, result: { state } };
    });
  }),

  /** The brand of the tenant above holds from then on. */
  reset: freshTenantMutation("members.write", "brand.reset").mutation(({ ctx }) =>
    ctx.change(async (tx) => {
      const before = await resetBrand(tx, ctx.tenantId);
      return { subject: `tenant:${ctx.tenantId}`, before: trailOf(before), result: { ok: true as const } };
    }),
  ),
});
