import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { savedListId, savedPageSchema, saveListSchema } from "@/server/domain/saved-lists/saved-list.schema";
import { listSaved, removeSaved, saveList } from "@/server/domain/saved-lists/saved-lists";

/** Lists as a person narrowed them, for themselves alone. */
export const savedListsRouter = router({
  list: tenantQuery("shell.read")
    .input(savedPageSchema)
    .query(({ ctx, input: { page } }) =>
      ctx.read(async (tx) => ({
        items: await listSaved(tx, { tenantId: ctx.tenantId, personId: ctx.userId }, page),
      })),
    ),

  save: tenantMutation("shell.read", "list.save")
    .input(saveListSchema)
    .mutation(({ ctx, input: { page, name, query } }) =>
      ctx.change(async (tx) => {
        const result = await saveList(tx, { tenantId: ctx.tenantId, personId: ctx.userId }, { page, name, query });
        // Nobody else is to read what they call it, and others read the trail.
        return { subject: `list:${page}`, result };
      }),
    ),

  remove: tenantMutation("shell.read", "list.remove")
    .input(savedListId)
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const own = { tenantId: ctx.tenantId, personId: ctx.userId };
        const { page, name } = await removeSaved(tx, own, input.savedListId);
        return { subject: `list:${page}`, result: { name } };
      }),
    ),
});
