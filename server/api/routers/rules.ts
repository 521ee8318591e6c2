import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { listFindings } from "@/server/domain/rules/findings";
import { planRehearsal, startRehearsal } from "@/server/domain/rules/rehearsal";
import { findingsSchema, rehearseSchema, rulesOfSchema, setRuleSchema } from "@/server/domain/rules/rule.schema";
import { auditOfRule } from "@/server/domain/rules/rule-audit";
import { listRules, setRule } from "@/server/domain/rules/rules";
import { getTenantBelow, type TenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Ctx = Readonly<{ tenantId: TenantId; seat: Readonly<{ tenantKind: string }> }>;
const reader = ({ tenantId, seat }: Ctx) => ({ id: tenantId, kind: seat.tenantKind });

/** The tenant in the address, or one below it by its short name. */
const aboutOf = async (
  tx: TenantRead,
  ctx: Ctx,
  slug: string | undefined,
): Promise<Pick<TenantBelow, "id" | "kind">> =>
  slug === undefined
    ? { id: ctx.tenantId, kind: ctx.seat.tenantKind as TenantBelow["kind"] }
    : getTenantBelow(tx, slug);

export const rulesRouter = router({
  list: tenantQuery("rules.read")
    .input(rulesOfSchema)
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => ({
        items: await listRules(tx, reader(ctx), await aboutOf(tx, ctx, input.ofTenantSlug)),
      })),
    ),

  /** When a rule was over a threshold lately, here and below. */
  findings: tenantQuery("rules.read")
    .input(findingsSchema)
    .query(({ ctx, input: { tenantSlug: _, ...asked } }) =>
      ctx.readBelow(async (tx) => ({ items: await listFindings(tx, ctx.tenantId, asked) })),
    ),

  set: tenantMutation("rules.write", "rule.set")
    .input(setRuleSchema.extend({ seen: seenSchema }))
    .mutation(async ({ ctx, input: { tenantSlug: _, ofTenantSlug, seen, ...patch } }) => {
      const about = await ctx.readBelow((tx) => aboutOf(tx, ctx, ofTenantSlug));
      const result = await ctx.change(async (tx) => {
        const changed = await setRule(tx, reader(ctx), about, patch, `user:${ctx.userId}`);
        const below = about.id === ctx.tenantId ? {} : { alsoFor: [about.id] };
        return {
          ...auditOfRule(patch, about.id, changed),
          ...below,
          seen,
          result: { ...changed.effective, own: changed.after },
        };
      });
      ctx.publish(["rules", "audit"], about.id);
      return result;
    }),

  /** A rule as it would be after a change, replayed over past calls: a long job, which changes nothing. */
  rehearse: tenantMutation("rules.write", "rule.rehearse")
    .input(rehearseSchema)
    .mutation(async ({ ctx, input: { tenantSlug: _, ...asked } }) => {
      const plan = await ctx.readBelow(async (tx) =>
        planRehearsal(tx, await aboutOf(tx, ctx, asked.ofTenantSlug), asked),
      );
      return ctx.change(async (tx) => {
        const taskId = await startRehearsal(tx, ctx.tenantId, plan, `user:${ctx.userId}`);
        const { aboutId: about, ...rule } = plan;
        return { subject: `task:${taskId}`, after: { about, ...rule }, result: { taskId } };
      });
    }),
});
