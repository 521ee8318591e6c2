import { change } from "@/server/domain/audit/change";
import { endRulesOver } from "@/server/domain/rules/rule-end";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor } from "@/workers/processors/types";

class NothingOver extends Error {
  override readonly name = "NothingOver";
}

/**
 * Takes words about rules away whose time is over, and leaves a line in the trail, also of whom they were about. What is inherited
 * holds since that moment already. One tenant that fails holds up no other. Safe to repeat, and beside another worker.
 */
export const endRules: Processor<"endRules"> = async (_payload, ctx) => {
  const actor = { kind: "job", id: "rule.end", requestId: ctx.jobId } as const;
  for (const { id } of await ctx.pool.query<{ id: TenantId }>("rules_over", "SELECT rules_over() AS id", [])) {
    try {
      // Of one tenant at a time, until none is left.
      for (;;) {
        await change(ctx.db, { tenantId: id, actor, action: "rule.end" }, async (tx) => {
          const over = await endRulesOver(tx, id);
          const [first] = over;
          if (!first) throw new NothingOver();
          const rules = over.map(({ signal, scope }) => `${signal} per ${scope}`).join(", ");
          const alsoFor = first.aboutId === id ? [] : [first.aboutId];
          return { subject: `tenant:${first.aboutId}`, after: { rules }, alsoFor, result: undefined };
        });
      }
    } catch (error) {
      if (!(error instanceof NothingOver))
        ctx.log.warn({ tenant: id, error }, "rules that are over could not be ended");
    }
  }
};
