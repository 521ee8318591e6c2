import { z } from "zod";

import { linesInWords } from "@/server/api/line-words";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import {
  hotListId,
  listName,
  newHotImportSchema,
  numberBlockId,
  numberBlockSchema,
} from "@/server/domain/blocks/block.schema";
import { hotPartSchema, hotStartSchema } from "@/server/domain/blocks/hot-file.schema";
import {
  addHotPart,
  createHotImport,
  createHotList,
  deleteHotList,
  enableHotList,
  listHotLists,
  listHotProblems,
  startHotImport,
} from "@/server/domain/blocks/hot-lists";
import { blockNumber, listNumberBlocks, unblockNumber } from "@/server/domain/blocks/number-blocks";

const shownAs = ({ digits, exact }: { digits: string; exact: boolean }) => `+${digits}${exact ? "" : "*"}`;

/** Numbers that a tenant and those below it do not call: one by one, and by lists. */
export const blocksRouter = router({
  numbers: tenantQuery("destinations.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listNumberBlocks(tx, ctx.tenantId) })),
  ),

  block: tenantMutation("destinations.write", "block.number")
    .input(numberBlockSchema)
    .mutation(({ ctx, input: { digits, exact, note } }) =>
      ctx.change(async (tx) => {
        const result = await blockNumber(tx, ctx.tenantId, { digits, exact, note, by: `user:${ctx.userId}` });
        const after = { number: shownAs({ digits, exact }), note, added: result.added };
        return { subject: `number_block:${result.id}`, after, result };
      }),
    ),

  unblock: tenantMutation("destinations.write", "block.unblock_number")
    .input(z.object({ numberBlockId }))
    .mutation(({ ctx, input }) =>
      ctx.change(async (tx) => {
        const gone = await unblockNumber(tx, ctx.tenantId, input.numberBlockId);
        const before = { number: shownAs(gone), note: gone.note };
        return { subject: `number_block:${gone.id}`, before, result: { id: gone.id } };
      }),
    ),

  hotLists: tenantQuery("destinations.read").query(({ ctx }) =>
    ctx.read(async (tx) => ({ items: await listHotLists(tx, ctx.tenantId) })),
  ),

  hotProblems: tenantQuery("destinations.read")
    .input(z.object({ hotImportId: z.uuid() }))
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => ({ items: linesInWords(await listHotProblems(tx, ctx.tenantId, input.hotImportId)) })),
    ),

  createHotList: tenantMutation("destinations.write", "hotlist.create")
    .input(z.object({ name: listName }))
    .mutation(({ ctx, input: { name } }) =>
      ctx.change(async (tx) => {
        const id = await createHotList(tx, ctx.tenantId, name);
        return { subject: `hot_list:${id}`, after: { name }, result: { id } };
      }),
    ),

  enableHotList: tenantMutation("destinations.write", "hotlist.enable")
    .input(z.object({ hotListId, enabled: z.boolean() }))
    .mutation(({ ctx, input: { hotListId: id, enabled } }) =>
      ctx.change(async (tx) => {
        const { name, before } = await enableHotList(tx, ctx.tenantId, { id, enabled });
        return {
          subject: `hot_list:${id}`,
          before: { name, enabled: before },
          after: { name, enabled },
          result: { id, enabled },
        };
      }),
    ),

  deleteHotList: tenantMutation("destinations.write", "hotlist.delete")
    .input(z.object({ hotListId }))
    .mutation(({ ctx, input: { hotListId: id } }) =>
      ctx.change(async (tx) => {
        const name = await deleteHotList(tx, ctx.tenantId, id);
        return { subject: `hot_list:${id}`, before: { name }, result: { id } };
      }),
    ),

  createHotImport: tenantMutation("destinations.write", "hotlist.import")
    .input(newHotImportSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...file } }) =>
      ctx.change(async (tx) => {
        const id = await createHotImport(tx, ctx.tenantId, { ...file, by: `user:${ctx.userId}` });
        const { fileName, bytes, mode } = file;
        return { subject: `hot_import:${id}`, after: { fileName, bytes, mode }, result: { id } };
      }),
    ),

  addHotPart: tenantMutation("destinations.write", "hotlist.upload")
    .input(hotPartSchema)
    .mutation(({ ctx, input: { hotImportId: importId, part, data } }) => {
      const content = new Uint8Array(Buffer.from(data, "base64"));
      return ctx.change(async (tx) => {
        await addHotPart(tx, ctx.tenantId, { importId, part, content });
        return { subject: `hot_import:${importId}`, after: { part, bytes: content.length }, result: { part } };
      });
    }),

  startHotImport: tenantMutation("destinations.write", "hotlist.import")
    .input(hotStartSchema)
    .mutation(({ ctx, input: { hotImportId: importId, parts } }) =>
      ctx.change(async (tx) => {
        const taskId = await startHotImport(tx, ctx.tenantId, { importId, parts });
        return { subject: `hot_import:${importId}`, after: { task: taskId }, result: { taskId } };
      }),
    ),
});
