import { z } from "zod";

import { linesInWords, termsInWords } from "@/server/api/line-words";
import { router, tenantMutation, tenantQuery } from "@/server/api/trpc";
import { confirmDeck, previewRollBack } from "@/server/domain/decks/confirm";
import {
  changeFilterSchema,
  deckPartSchema,
  deckSettingsSchema,
  effectiveSchema,
  uploadedDeckSchema,
} from "@/server/domain/decks/deck.schema";
import { listChanges, listProblems } from "@/server/domain/decks/deck-findings";
import { DECK_PATIENCE_MS, getDeck, listDecks, rollBackDeck } from "@/server/domain/decks/decks";
import { exportPage } from "@/server/domain/decks/export";
import { addPart, createUpload, dropUpload, readAgain, startUpload } from "@/server/domain/decks/uploads";
import { getOwnPlan } from "@/server/domain/rating/plans";
import { taskError } from "@/server/domain/tasks/task-errors";

const one = z.object({ deckId: z.uuid() });
const place = z.number().int().min(0).max(10_000_000).optional();
const most = (limit: number) => z.number().int().min(1).max(limit).optional();

/** Rate decks of one's own plans: sent in parts, read by a long job, looked at, applied and taken back. */
export const decksRouter = router({
  list: tenantQuery("plans.read")
    .input(z.object({ planId: z.uuid().optional(), deckId: z.uuid().optional(), shown: most(200) }))
    .query(({ ctx, input: { planId, deckId: cursor, shown: limit } }) =>
      ctx.read((tx) => listDecks(tx, ctx.tenantId, { planId, cursor, limit })),
    ),

  get: tenantQuery("plans.read")
    .input(one)
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => {
        const deck = await getDeck(tx, ctx.tenantId, input.deckId);
        return { ...deck, problem: taskError(deck.problem) };
      }),
    ),

  problems: tenantQuery("plans.read")
    .input(one.extend({ cursor: place, shown: most(2_000) }))
    .query(({ ctx, input: { deckId, cursor, shown: limit } }) =>
      ctx.read(async (tx) => {
        const { items, nextCursor } = await listProblems(tx, ctx.tenantId, { deckId, cursor, limit });
        return { items: linesInWords(items), nextCursor };
      }),
    ),

  changes: tenantQuery("plans.read")
    .input(changeFilterSchema.extend(one.shape).extend({ cursor: place, shown: most(500) }))
    .query(({ ctx, input: { tenantSlug: _, shown: limit, ...filter } }) =>
      ctx.read(async (tx) => {
        const { items, nextCursor } = await listChanges(tx, ctx.tenantId, { ...filter, limit });
        return { items: items.map((item) => ({ ...item, note: termsInWords(item.note) })), nextCursor };
      }),
    ),

  export: tenantQuery("plans.read")
    .input(z.object({ planId: z.uuid(), cursor: z.string().max(100).optional() }))
    .query(({ ctx, input }) =>
      ctx.read(async (tx) => exportPage(tx, await getOwnPlan(tx, ctx.tenantId, input.planId), input.cursor)),
    ),

  previewRollBack: tenantQuery("plans.read")
    .input(one)
    .query(({ ctx, input }) => ctx.read((tx) => previewRollBack(tx, input.deckId))),

  create: tenantMutation("plans.write", "deck.create")
    .input(uploadedDeckSchema)
    .mutation(({ ctx, input: { tenantSlug: _, ...given } }) =>
      ctx.change(async (tx) => {
        const id = await createUpload(tx, ctx.tenantId, given, `user:${ctx.userId}`);
        const { planId: plan, fileName: file, mode, bytes } = given;
        return { subject: `deck:${id}`, after: { plan, file, mode, bytes }, result: { id } };
      }),
    ),

  addPart: tenantMutation("plans.write", "deck.upload")
    .input(deckPartSchema.extend(one.shape))
    .mutation(({ ctx, input: { deckId, part, data } }) => {
      const content = new Uint8Array(Buffer.from(data, "base64"));
      return ctx.change(async (tx) => {
        await addPart(tx, ctx.tenantId, { deckId, part, content });
        return { subject: `deck:${deckId}`, after: { part, bytes: content.length }, result: { part } };
      });
    }),

  start: tenantMutation("plans.write", "deck.compare")
    .input(one)
    .mutation(({ ctx, input: { deckId } }) =>
      ctx.change(async (tx) => {
        const taskId = await startUpload(tx, ctx.tenantId, { deckId, by: `user:${ctx.userId}` });
        return { subject: `deck:${deckId}`, after: { task: taskId }, result: { taskId } };
      }),
    ),

  again: tenantMutation("plans.write", "deck.compare")
    .input(one.extend({ effective: effectiveSchema.nullable().optional(), settings: deckSettingsSchema.optional() }))
    .mutation(({ ctx, input: { tenantSlug: _, ...again } }) =>
      ctx.change(async (tx) => {
        const taskId = await readAgain(tx, ctx.tenantId, { ...again, by: `user:${ctx.userId}` });
        const { deckId, effective = null } = again;
        return { subject: `deck:${deckId}`, after: { task: taskId, effective }, result: { taskId } };
      }),
    ),

  confirm: tenantMutation("plans.write", "deck.apply")
    .input(one.extend({ comparedAt: z.date(), acknowledged: z.boolean() }))
    .mutation(({ ctx, input: { deckId, comparedAt, acknowledged } }) =>
      ctx.change(async (tx) => {
        const seen = { deckId, comparedAt, acknowledged, actor: `user:${ctx.userId}` };
        const { deck, at } = await confirmDeck(tx, ctx.tenantId, seen);
        const after = {
          plan: deck.planId,
          file: deck.fileName,
          sha256: deck.sha256,
          mode: deck.mode,
          effective: at.toISOString(),
          acknowledged,
          ...deck.counts,
        };
        return { subject: `deck:${deckId}`, after, result: { effectiveAt: at } };
      }, DECK_PATIENCE_MS),
    ),

  rollBack: tenantMutation("plans.write", "deck.roll_back")
    .input(one)
    .mutation(({ ctx, input: { deckId } }) =>
      ctx.change(async (tx) => {
        const deck = await getDeck(tx, ctx.tenantId, deckId);
        const result = await rollBackDeck(tx, deckId, `user:${ctx.userId}`);
        const { restored, kept } = result;
        return { subject: `deck:${deckId}`, after: { plan: deck.planId, file: deck.fileName, restored, kept }, result };
      }, DECK_PATIENCE_MS),
    ),

  drop: tenantMutation("plans.write", "deck.cancel")
    .input(one)
    .mutation(({ ctx, input: { deckId } }) =>
      ctx.change(async (tx) => {
        await dropUpload(tx, ctx.tenantId, deckId);
        return { subject: `deck:${deckId}`, result: { dropped: true } };
      }),
    ),
});
