import { z } from "zod";

import { freshTenantMutation, router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { portalUrl } from "@/server/domain/brands/brands";
import { factorPolicySchema } from "@/server/domain/people/factor.schema";
import { factorPolicyOf, setFactorPolicy } from "@/server/domain/people/factor-policy";
import { contactNumberOf, readContactNumber, setContactNumber } from "@/server/domain/tenancy/contact-number";
import { mailInvitation } from "@/server/domain/tenancy/invitation-mail";
import { invitationUrl, invite } from "@/server/domain/tenancy/invitations";
import { mayHandle, roleFits } from "@/server/domain/tenancy/member.rules";
import { lastDaySchema, newMemberSchema } from "@/server/domain/tenancy/member.schema";
import { listInvitations, listMembers, revokeMember, withdrawInvitation } from "@/server/domain/tenancy/members";
import { allows, permissions, roles } from "@/server/domain/tenancy/roles";
import { setSeatEnd } from "@/server/domain/tenancy/seat-end";
import { DomainError } from "@/server/kernel/errors";
import type { UserId } from "@/server/kernel/ids";

export const membersRouter = router({
  list: tenantQuery("members.read").query(({ ctx }) =>
    ctx.read(async (tx) => {
      const members = await listMembers(tx, ctx.tenantId);
      return {
        items: members.map((member) => ({ ...member, self: member.userId === ctx.userId })),
        invitations: await listInvitations(tx, ctx.tenantId),
        factorPolicy: await factorPolicyOf(tx, ctx.tenantId),
        contactNumber: await contactNumberOf(tx, ctx.tenantId),
      };
    }),
  ),

  invite: tenantMutation("members.write", "member.invite")
    .input(newMemberSchema)
    .mutation(({ ctx, input }) => {
      if (!mayHandle(ctx.seat.role, input.role)) {
        throw new DomainError("forbidden", { field: "role" }, "Only an owner can invite an owner.");
      }
      if (!roleFits(input.role, ctx.seat.tenantKind)) {
        throw new DomainError("invalid_input", { field: "role" }, "Only the operator has this role.");
      }
      return ctx.change(async (tx) => {
        const { id, token } = await invite(tx, ctx.tenantId, input);
        const url = invitationUrl(await portalUrl(tx, ctx.settings.houseUrl), token);
        const mailed = ctx.settings.mailGoesOut;
        if (mailed) await mailInvitation(tx, ctx.tenantId, { to: input.email, url });
        return {
          subject: `invitation:${id}`,
          after: { email: input.email, role: input.role, mailed, ...(input.lastDay && { lastDay: input.lastDay }) },
          result: { invitationUrl: url, mailed },
        };
      });
    }),

  /** What each role may do, out of the table that every procedure asks. */
  roles: tenantQuery("members.read").query(({ ctx }) => {
    const here = roles.filter((role) => roleFits(role, ctx.seat.tenantKind));
    return {
      roles: here,
      permissions: permissions.map((permission) => ({
        permission,
        by: here.filter((role) => allows(role, permission)),
      })),
    };
  }),

  /** Which roles need a second factor here. */
  setFactorPolicy: freshTenantMutation("members.write", "member.set_factor_policy")
    .input(factorPolicySchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const withFactor = ctx.signedIn.factorAt !== null;
        const by = ctx.seat.role;
        const { before, after } = await setFactorPolicy(tx, ctx.tenantId, { roles: input.roles, by, withFactor });
        const said = (roles: readonly string[]) => ({ roles: roles.join(" ") });
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: said(before),
          after: said(after),
          seen: input.seen,
          result: { factorPolicy: after },
        };
      }),
    ),

  /** Whom the incident desk calls about this tenant's telephones. */
  setContactNumber: tenantMutation("members.write", "tenant.set_contact_number")
    .input(z.object({ contactNumber: z.string().max(40, "At most 40 characters."), seen: seenSchema }))
    .mutation(({ ctx, input: { contactNumber: written, seen } }) =>
      ctx.change(async (tx) => {
        const contactNumber = readContactNumber(written);
        const { before } = await setContactNumber(tx, ctx.tenantId, contactNumber);
        return {
          subject: `tenant:${ctx.tenantId}`,
          before: { contactNumber: before },
          after: { contactNumber },
          seen,
          result: { contactNumber },
        };
      }),
    ),

  setEnd: tenantMutation("members.write", "member.set_end")
    .input(z.object({ userId: z.uuid(), lastDay: lastDaySchema.nullable() }))
    .mutation(({ ctx, input: { userId, lastDay } }) =>
      ctx.change(async (tx) => {
        const set = await setSeatEnd(tx, ctx.tenantId, { userId: userId as UserId, lastDay });
        return {
          subject: `person:${userId}`,
          before: { endsAt: set.before?.toISOString() ?? null },
          after: { endsAt: set.after?.toISOString() ?? null },
          result: { endsAt: set.after },
        };
      }),
    ),

  withdraw: tenantMutation("members.write", "member.revoke")
    .input(z.object({ invitationId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const { email } = await withdrawInvitation(tx, ctx.tenantId, input.invitationId);
        return { subject: `invitation:${input.invitationId}`, before: { email }, result: { ok: true as const } };
      }),
    ),

  revoke: tenantMutation("members.write", "member.revoke")
    .input(z.object({ userId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const gone = await revokeMember(tx, ctx.tenantId, { userId: input.userId as UserId, by: ctx.seat.role });
        return { subject: `person:${input.userId}`, before: gone, result: { ok: true as const } };
      }),
    ),
});
