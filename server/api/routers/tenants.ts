import { z } from "zod";

import { requireFresh, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { checkInitialCredit } from "@/server/domain/billing/top-up-approval";
import { portalUrl } from "@/server/domain/brands/brands";
import { getOnboardDefaults } from "@/server/domain/onboarding/defaults";
import { onboard } from "@/server/domain/onboarding/onboard";
import { onboardSchema } from "@/server/domain/onboarding/onboard.schema";
import { mailInvitation } from "@/server/domain/tenancy/invitation-mail";
import { invitationUrl } from "@/server/domain/tenancy/invitations";
import { listTenants } from "@/server/domain/tenancy/tenant-list";
import { tenantListSchema } from "@/server/domain/tenancy/tenant-list.schema";
import { pickTenants } from "@/server/domain/tenancy/tenant-pick";
import { tenantPickSchema } from "@/server/domain/tenancy/tenant-pick.schema";
import { listTree, setTenantState } from "@/server/domain/tenancy/tenants";
import { DomainError } from "@/server/kernel/errors";
import { decimalOf } from "@/server/kernel/money";

const childSchema = z.object({ childSlug: z.string().min(1).max(63) });

export const tenantsRouter = router({
  tree: tenantQuery("tenants.read").query(async ({ ctx }) => ({
    items: await ctx.readBelow((tx) => listTree(tx, ctx.tenantId)),
  })),

  /** For a field that chooses one of those below. */
  pick: tenantQuery("tenants.read")
    .input(tenantPickSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => pickTenants(tx, ctx.tenantId, input))),

  /** A page of those below with how they stand. */
  list: tenantQuery("tenants.read")
    .input(tenantListSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => listTenants(tx, ctx.tenantId, input))),

  onboardDefaults: tenantQuery("tenants.write").query(({ ctx }) =>
    ctx.read((tx) => getOnboardDefaults(tx, ctx.tenantId)),
  ),

  onboard: tenantMutation("tenants.write", "tenant.create")
    .input(onboardSchema)
    .mutation(({ ctx, input }) => {
      // Credit for the beginning is money that moves, as any top-up is.
      if (input.initialCredit > 0n && !ctx.may("billing.write")) {
        const sentence =
          "Credit for the beginning wants the permission billing.write: begin with 0, or ask somebody who has it.";
        throw new DomainError("forbidden", { permission: "billing.write" }, sentence);
      }
      if (input.initialCredit > ctx.settings.reauthAbove) requireFresh(ctx.signedIn);
      return ctx.change(async (tx) => {
        const payer = { tenantId: ctx.tenantId, kind: ctx.seat.tenantKind };
        const by = { actor: `user:${ctx.userId}`, limit: ctx.settings.approvalLimit };
        await checkInitialCredit(tx, payer, { amount: input.initialCredit, currency: input.currency }, by);
        const made = await onboard(tx, payer, input, by.actor);
        const { houseUrl, sipDomain, sipPort, sipTransport, mailGoesOut: mailed } = ctx.settings;
        const url = invitationUrl(await portalUrl(tx, houseUrl), made.invitationToken);
        if (mailed) await mailInvitation(tx, made.tenantId, { to: input.adminEmail, url });
        const { number, sipUsername, secret } = made.extension;
        return {
          subject: `tenant:${made.tenantId}`,
          after: {
            slug: input.slug,
            name: input.name,
            kind: input.kind,
            currency: input.currency,
            plan: input.planId,
            initialCredit: decimalOf(input.initialCredit),
            ...(input.limits && { limits: input.limits }),
            invited: input.adminEmail,
            extension: number,
          },
          alsoFor: [made.tenantId],
          result: {
            tenantSlug: input.slug,
            invitationUrl: url,
            mailed,
            extension: {
              number,
              sipUsername,
              secretOnce: secret.reveal(),
              sipDomain,
              sipPort,
              transport: sipTransport,
            },
          },
        };
      });
    }),

  suspend: tenantMutation("tenants.write", "tenant.suspend")
    .input(childSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { tenantId, before } = await setTenantState(tx, ctx.tenantId, input.childSlug, "suspended");
        return {
          subject: `tenant:${tenantId}`,
          before: { state: before },
          after: { state: "suspended" },
          alsoFor: [tenantId],
          result: { slug: input.childSlug, state: "suspended" as const },
        };
      }),
    ),

  resume: tenantMutation("tenants.write", "tenant.resume")
    .input(childSchema)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { tenantId, before } = await setTenantState(tx, ctx.tenantId, input.childSlug, "active");
        return {
          subject: `tenant:${tenantId}`,
          before: { state: before },
          after: { state: "active" },
          alsoFor: [tenantId],
          result: { slug: input.childSlug, state: "active" as const },
        };
      }),
    ),
});
