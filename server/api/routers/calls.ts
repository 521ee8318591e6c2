import { z } from "zod";

import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { getBalance } from "@/server/domain/billing/balance";
import { callFilterSchema } from "@/server/domain/calls/call.schema";
import { getCall } from "@/server/domain/calls/call-detail";
import { listCalls } from "@/server/domain/calls/call-list";
import { mayReachBelow } from "@/server/domain/calls/call-reach";
import { getCallTenant, hangUpCall, hangUpCalls, listLiveCalls } from "@/server/domain/calls/live-calls";

const one = z.object({ callId: z.uuid() });

export const callsRouter = router({
  list: tenantQuery("calls.read")
    .input(callFilterSchema)
    .query(async ({ ctx, input }) => {
      const read = mayReachBelow(input) ? ctx.readBelow : ctx.read;
      const { items, ...page } = await read((tx) => listCalls(tx, ctx.tenantId, input));
      return { ...page, items: items.map(({ trace: _, ...call }) => call) };
    }),

  get: tenantQuery("calls.read")
    .input(one)
    .query(async ({ ctx, input }) => {
      const { fix, ...call } = await ctx.readBelow((tx) => getCall(tx, input.callId, ctx.tenantId));
      const href = fix && `/${input.tenantSlug}${fix.page === "home" ? "" : `/${fix.page}`}`;
      return { ...call, fix: fix && href ? { label: fix.label, href } : null };
    }),

  live: tenantQuery("calls.read").query(({ ctx }) =>
    ctx.readBelow(async (tx) => {
      const [{ currency }, live] = [await getBalance(tx, ctx.tenantId), await listLiveCalls(tx)];
      return { ...live, currency };
    }),
  ),

  /** The end itself comes a moment later: the request waits in the outbox for the workers, and survives them. */
  hangUp: tenantMutation("calls.hang_up", "call.hang_up")
    .input(one)
    .mutation(async ({ ctx, input }) => {
      const call = await ctx.readBelow((tx) => getCallTenant(tx, input.callId));
      return ctx.change(async (tx) => {
        await hangUpCall(tx, call.tenantId, call.id);
        const alsoFor = call.tenantId === ctx.tenantId ? [] : [call.tenantId];
        return { subject: `call:${call.id}`, alsoFor, result: { id: call.id } };
      });
    }),

  /** Of many calls at once. Those that are over meanwhile, and emergency calls, are left out of the count. */
  hangUpMany: tenantMutation("calls.hang_up", "call.hang_up")
    .input(
      z.object({ callIds: z.array(z.uuid()).min(1, "Choose at least one call.").max(1_000, "At most 1000 calls.") }),
    )
    .mutation(({ ctx, input: { callIds } }) =>
      ctx.change(async (tx) => {
        const asked = await hangUpCalls(tx, [...new Set(callIds)]);
        const calls = [...asked.values()].flat();
        const alsoFor = [...asked.keys()].filter((tenantId) => tenantId !== ctx.tenantId);
        return {
          subject: `tenant:${ctx.tenantId}`,
          alsoFor,
          after: { calls: calls.length },
          result: { asked: calls.length },
        };
      }),
    ),
});
