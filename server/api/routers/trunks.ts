import { onlyAtOperator } from "@/server/api/at-operator";
import { freshTenantMutation, router, tenantQuery } from "@/server/api/trpc";
import { seenSchema } from "@/server/domain/audit/seen.schema";
import { trunkNetworksSchema } from "@/server/domain/blocks/block.schema";
import { listTrunks, setTrunkNetworks } from "@/server/domain/blocks/trunks";

const atOperator = onlyAtOperator("trunks", "Trunks are the operator's: open them there.");

/** Where the calls of trunks may come from. */
export const trunksRouter = router({
  list: tenantQuery("bans.read").query(({ ctx }) => {
    atOperator(ctx.seat);
    return ctx.read(async (tx) => ({ items: await listTrunks(tx) }));
  }),

  setNetworks: freshTenantMutation("bans.write", "trunk.set_networks")
    .input(trunkNetworksSchema.extend({ seen: seenSchema }))
    .mutation(({ ctx, input: { trunk, networks, cutOff, isNew, seen } }) => {
      atOperator(ctx.seat);
      return ctx.change(async (tx) => {
        const { before } = await setTrunkNetworks(tx, { trunk, networks, cutOff, isNew });
        const after = { networks: networks.join(" "), cutOff };
        return {
          subject: `trunk:${trunk}`,
          before: { networks: before.join(" ") },
          after,
          seen,
          result: { trunk, networks },
        };
      });
    }),
});
