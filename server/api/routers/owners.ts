import { createRateLimit } from "@/server/api/rest/rate-limit";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { reachOwners, writeOwners } from "@/server/domain/tenancy/write-owners";
import { ownersSchema, writeOwnersSchema } from "@/server/domain/tenancy/write-owners.schema";
import { DomainError } from "@/server/kernel/errors";
import type { UserId } from "@/server/kernel/ids";

/** Letters go out in the provider's name; who has more to say than this in a minute is a script. */
const letters = createRateLimit(20);

function countLetter(userId: UserId): void {
  const { ok, most, resetS } = letters.take(userId);
  if (ok) return;
  const sentence = `At most ${most} letters a minute. Wait ${resetS} seconds.`;
  throw new DomainError("rate_limited", { waitS: resetS }, sentence);
}

/** Mail to the owners of tenants below. */
export const ownersRouter = router({
  /** How many people of how many tenants would be written to. */
  reach: tenantQuery("tenants.read")
    .input(ownersSchema)
    .query(({ ctx, input }) =>
      ctx.readBelow(async (tx) => {
        const reached = await reachOwners(tx, ctx.tenantId, input.childSlugs);
        return {
          tenants: reached.length,
          people: reached.reduce((sum, { owners }) => sum + owners, 0),
          without: reached.filter(({ owners }) => owners === 0).map(({ slug }) => slug),
          mailGoesOut: ctx.settings.mailGoesOut,
        };
      }),
    ),

  write: tenantMutation("tenants.write", "tenant.write_owners")
    .input(writeOwnersSchema)
    .mutation(async ({ ctx, input }) => {
      countLetter(ctx.userId);
      const reached = await ctx.readBelow((tx) => reachOwners(tx, ctx.tenantId, input.childSlugs));
      return ctx.change(async (tx) => {
        const { mails, tenants, again } = await writeOwners(tx, reached, input);
        return {
          subject: `tenant:${ctx.tenantId}`,
          after: { title: input.title, mails, tenants: tenants.length },
          alsoFor: tenants,
          result: { mails, tenants: tenants.length, again },
        };
      });
    }),
});
