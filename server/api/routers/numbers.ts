import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { didSchema, numberFilterSchema } from "@/server/domain/numbers/number.schema";
import { listNumbers } from "@/server/domain/numbers/number-list";
import { addNumber, giveNumber, lostBy, removeNumber, routeNumber, takeNumber } from "@/server/domain/numbers/numbers";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { ExtensionId } from "@/server/kernel/ids";

const slug = z.string().min(1).max(63);
const extensionId = z.uuid().transform((id) => id as ExtensionId);
const one = z.object({ did: didSchema });

export const numbersRouter = router({
  /** The numbers of the tenant in the address and of those below it. */
  list: tenantQuery("numbers.read")
    .input(numberFilterSchema)
    .query(({ ctx, input }) => ctx.readBelow((tx) => listNumbers(tx, ctx.tenantId, input))),

  /** Into service, at the operator, and with a short name on to a tenant below in the same change. */
  add: tenantMutation("numbers.give", "number.add")
    .input(one.extend({ toTenantSlug: slug.optional() }))
    .mutation(async ({ ctx, input: { did, toTenantSlug } }) => {
      const to = toTenantSlug && (await ctx.readBelow((tx) => getTenantBelow(tx, toTenantSlug)));
      const receiver = to && to.id !== ctx.tenantId ? to : undefined;
      await ctx.change(async (tx) => {
        await addNumber(tx, ctx.tenantId, did);
        if (receiver) await giveNumber(tx, ctx.tenantId, { number: did, id: receiver.id });
        const told = receiver ? { after: { to: receiver.slug }, alsoFor: [receiver.id] } : {};
        return { subject: `number:${did}`, ...told, result: undefined };
      });
      if (receiver) ctx.publish(["numbers", "audit"], receiver.id);
      return { number: did };
    }),

  give: tenantMutation("numbers.give", "number.give")
    .input(one.extend({ toTenantSlug: slug }))
    .mutation(async ({ ctx, input: { did, toTenantSlug } }) => {
      const to = await ctx.readBelow((tx) => getTenantBelow(tx, toTenantSlug));
      const { changed } = await ctx.change(async (tx) => {
        const result = await giveNumber(tx, ctx.tenantId, { number: did, id: to.id });
        return { subject: `number:${did}`, after: { to: to.slug }, alsoFor: [to.id], result };
      });
      ctx.publish(["numbers", "audit"], to.id);
      return { number: did, changed };
    }),

  /** Back from a tenant below. */
  take: tenantMutation("numbers.give", "number.take")
    .input(one)
    .mutation(async ({ ctx, input: { did } }) => {
      const { from } = await ctx.change(async (tx) => {
        const result = await takeNumber(tx, ctx.tenantId, did);
        return { subject: `number:${did}`, ...lostBy(result.from), result };
      });
      if (from) ctx.publish(["numbers", "audit"], from.id);
      return { number: did, changed: from !== undefined };
    }),

  route: tenantMutation("numbers.write", "number.route")
    .input(one.extend({ extensionId: extensionId.nullable(), seen: seenSchema }))
    .mutation(({ ctx, input: { did, extensionId, seen } }) =>
      ctx.change(async (tx) => {
        const { before, after } = await routeNumber(tx, ctx.tenantId, did, extensionId);
        return { subject: `number:${did}`, before, after, seen, result: { number: did } };
      }),
    ),

  /** Out of service, whoever below holds it. */
  remove: tenantMutation("numbers.give", "number.remove")
    .input(one)
    .mutation(async ({ ctx, input: { did } }) => {
      const { from } = await ctx.change(async (tx) => {
        const result = await removeNumber(tx, ctx.tenantId, did);
        return { subject: `number:${did}`, ...lostBy(result.from), result };
      });
      if (from) ctx.publish(["numbers", "audit"], from.id);
      return { number: did };
    }),
});
