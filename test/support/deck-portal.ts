import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";

import type { DeckMode, DeckSettings } from "@/server/domain/decks/deck.schema";
import type { TenantContext } from "@/workers/processors/types";
import { taskWorks } from "@/workers/tasks/all";
import { runTask } from "@/workers/tasks/run-task";
import type { callerFor } from "./caller";
import type { TestDatabase } from "./database";
import { taskContext } from "./task-context";

type Caller = ReturnType<typeof callerFor>;
type Of = Readonly<{
  plan: string;
  mode?: DeckMode;
  effective?: Date;
  settings?: DeckSettings;
  /** Cuts the compressed file into so many parts. */
  parts?: number;
  /** What is said about its size, which nobody need believe. */
  saysBytes?: number;
}>;

/** What a person does with a deck in the portal, and the worker behind it. */
export function deckPortal(db: TestDatabase, as: Caller, { tenantId, slug }: { tenantId: string; slug: string }) {
  const here = { tenantSlug: slug };
  const context = (): TenantContext => taskContext({ db: db.app, pool: db.pool }, tenantId);
  const run = (taskId: string, ctx = context()): Promise<void> => runTask(ctx, taskId, taskWorks);

  /** Sends a file in parts; nothing reads it yet. */
  async function send(file: string, { plan: planId, mode = "merge", effective, settings, parts = 1, saysBytes }: Of) {
    const packed = gzipSync(file);
    const size = Math.ceil(packed.length / parts);
    const { id: deckId } = await as.decks.create({
      ...here,
      planId,
      mode,
      fileName: `${randomUUID()}.csv`,
      bytes: saysBytes ?? Buffer.byteLength(file),
      parts,
      ...(effective ? { effective: effective.toISOString() } : {}),
      ...(settings ? { settings } : {}),
    });
    for (let part = 0; part < parts; part += 1) {
      const data = packed.subarray(part * size, (part + 1) * size).toString("base64");
      await as.decks.addPart({ ...here, deckId, part, data });
    }
    return deckId;
  }
  async function start(deckId: string): Promise<string> {
    return (await as.decks.start({ ...here, deckId })).taskId;
  }
  const look = (deckId: string) => as.decks.get({ ...here, deckId });

  /** Sends a file and has it read and compared. */
  async function upload(file: string, of: Of) {
    const deckId = await send(file, of);
    await run(await start(deckId));
    return look(deckId);
  }

  async function apply(deckId: string, acknowledged = false) {
    const { comparedAt } = await look(deckId);
    return as.decks.confirm({ ...here, deckId, comparedAt: comparedAt ?? new Date(0), acknowledged });
  }
  return { here, as, context, run, send, start, look, upload, apply };
}
