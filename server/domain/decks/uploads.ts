import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import type { UploadedDeck } from "@/server/domain/decks/deck.schema";
import type { ByteSource } from "@/server/domain/decks/deck-file";
import { PART_BYTES, UPLOAD_MEGABYTES } from "@/server/domain/decks/deck-file.schema";
import { cancelDeck, createDeck, type DeckMoment, momentOf } from "@/server/domain/decks/decks";
import { createTask, getTask, type Task } from "@/server/domain/tasks/tasks";
import type { Db } from "@/server/infra/db/client";
import { translatingSqlErrors } from "@/server/infra/db/sql-error";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** So many decks of a tenant may wait for a decision: each keeps its file and its rows. */
const MOST_WAITING = 20;
const WAITING = ["uploading", "reading", "staged", "failed"];

/**
 * Writes down a deck whose file comes in parts.
 * @param createdBy "user:…".
 * @returns its id.
 * @throws DomainError as createDeck; invalid_state when too many wait for a decision.
 */
export async function createUpload(
  tx: TenantWrite,
  tenantId: TenantId,
  { parts, bytes: _, ...deck }: UploadedDeck,
  createdBy: string,
): Promise<string> {
  const waiting = await tx.deck.count({ where: { tenantId, state: { in: WAITING }, parts: { not: null } } });
  if (waiting >= MOST_WAITING) {
    const sentence = `${waiting} decks wait for a decision already: apply or drop some of them first.`;
    throw new DomainError("invalid_state", { waiting }, sentence);
  }
  const id = await createDeck(tx, tenantId, { ...deck, createdBy });
  await tx.deck.update({ where: { tenantId_id: { tenantId, id } }, data: { parts } });
  return id;
}

/**
 * Keeps one compressed part of a deck's file. The same part twice is kept once. Locks the deck.
 * @throws DomainError not_found; invalid_state once it is being read; invalid_input for a part that the file has not;
 * too_large.
 */
export async function addPart(
  tx: TenantWrite,
  tenantId: TenantId,
  { deckId, part, content }: Readonly<{ deckId: string; part: number; content: Uint8Array }>,
): Promise<void> {
  if (content.length > PART_BYTES) throw new DomainError("too_large", { mostBytes: PART_BYTES });
  await tx.$queryRaw`SELECT deck_put_chunk(${tenantId}::uuid, ${deckId}::uuid, ${part}::int, ${content}::bytea)::text`;
}

export type Locked = Readonly<{
  state: string;
  taskId: string | null;
  parts: number | null;
  fileName: string;
  rows: number;
  comparedAt: Date | null;
}>;

/** The deck, held until the transaction ends, so that of two people one goes first. @throws DomainError not_found. */
export async function lockDeck(tx: TenantWrite, tenantId: TenantId, deckId: string): Promise<Locked> {
  const [deck] = await tx.$queryRaw<Locked[]>`
    SELECT state, task_id AS "taskId", parts, file_name AS "fileName", rows, compared_at AS "comparedAt"
    FROM deck WHERE tenant_id = ${tenantId}::uuid AND id = ${deckId}::uuid FOR UPDATE`;
  if (!deck) throw new DomainError("not_found", { deck: deckId });
  return deck;
}

async function taskOf(tx: TenantRead, tenantId: TenantId, deck: Locked): Promise<Task | undefined> {
  return deck.taskId === null ? undefined : getTask(tx, tenantId, deck.taskId);
}

/**
 * Whether an uploaded deck is read and compared to the end, margins and all: only then is it anybody's to apply.
 * @throws DomainError not_found.
 */
export async function isCompared(tx: TenantRead, tenantId: TenantId, deck: Locked): Promise<boolean> {
  const task = await taskOf(tx, tenantId, deck);
  return task?.state === "done" && deck.state === "staged" && deck.comparedAt !== null;
}

const isGoingOn = (task: Task | undefined): task is Task => task?.state === "queued" || task?.state === "running";

/**
 * Begins to read and compare a file whose parts are all here. A repeat gives the same job.
 * @returns the id of the long job.
 * @throws DomainError not_found; invalid_state while parts are missing.
 */
export async function startUpload(
  tx: TenantWrite,
  tenantId: TenantId,
  { deckId, by }: Readonly<{ deckId: string; by: string }>,
): Promise<string> {
  const deck = await lockDeck(tx, tenantId, deckId);
  if (deck.taskId !== null) return deck.taskId;
  if (deck.state !== "uploading") throw over(deckId);
  const there = await tx.deckChunk.count({ where: { tenantId, deckId } });
  const missing = (deck.parts ?? 0) - there;
  if (missing > 0) {
    const sentence = `${missing} of ${deck.parts} parts of the file are missing: send them first.`;
    throw new DomainError("invalid_state", { deck: deckId, missing }, sentence);
  }
  return newJob(tx, tenantId, { deckId, fileName: deck.fileName, from: "read", by });
}

const over = (deckId: string) =>
  new DomainError("invalid_state", { deck: deckId }, "That deck was applied or dropped: upload the file anew.");

export type Again = DeckMoment & Readonly<{ deckId: string; settings?: object | undefined; by: string }>;

/**
 * Compares a deck again, for another moment or with the prices of now; with settings its file is read again first.
 * @param again.effective null for the moment of applying; left out, it stays.
 * @returns the id of the long job.
 * @throws DomainError not_found; invalid_input for a moment in the past; invalid_state while it is being read, once it is
 * applied or dropped, and when the command line brought it.
 */
export async function readAgain(tx: TenantWrite, tenantId: TenantId, again: Again): Promise<string> {
  const { deckId, settings, effective } = again;
  const deck = await lockDeck(tx, tenantId, deckId);
  if (deck.parts === null || !WAITING.includes(deck.state)) throw over(deckId);
  if (deck.taskId === null || isGoingOn(await taskOf(tx, tenantId, deck))) {
    throw new DomainError("invalid_state", { deck: deckId }, "It is being read: wait for that, or stop it first.");
  }
  const from = settings === undefined && deck.state === "staged" ? "compare" : "read";
  await tx.deck.update({
    where: { tenantId_id: { tenantId, id: deckId } },
    // What was compared is not what will be: nobody applies it in between.
    data: { comparedAt: null, ...(settings === undefined ? {} : { settings }), ...momentColumn(effective) },
  });
  return newJob(tx, tenantId, { deckId, fileName: deck.fileName, from, by: again.by });
}

const momentColumn = (effective: DeckMoment["effective"]) =>
  effective === undefined ? {} : { effectiveAt: effective === null ? null : momentOf(effective) };

type Job = Readonly<{ deckId: string; fileName: string; from: "read" | "compare"; by: string }>;

async function newJob(tx: TenantWrite, tenantId: TenantId, { deckId, fileName, from, by }: Job): Promise<string> {
  const title = from === "read" ? `Read ${fileName}` : `Compare ${fileName}`;
  const taskId = await createTask(tx, tenantId, {
    kind: "deck.import",
    title,
    input: { deckId, from },
    createdBy: by,
  });
  await tx.deck.update({ where: { tenantId_id: { tenantId, id: deckId } }, data: { taskId } });
  return taskId;
}

/**
 * Drops a deck that was not applied, with its file and everything staged, and stops the job that reads it.
 * @throws DomainError not_found; invalid_state for one that was applied, taken back or dropped.
 */
export async function dropUpload(tx: TenantWrite, tenantId: TenantId, deckId: string): Promise<void> {
  const deck = await lockDeck(tx, tenantId, deckId);
  await cancelDeck(tx, deckId);
  if (deck.taskId === null) return;
  const where = { tenantId, id: deck.taskId };
  const active = { in: ["queued", "running"] };
  await tx.task.updateMany({ where: { ...where, state: active }, data: { cancelRequested: true } });
  await tx.task.updateMany({ where: { ...where, state: "queued" }, data: { state: "cancelled", endedAt: new Date() } });
}

/** The reading of a deck was stopped: what is staged goes, its file stays, so that it can begin again. A repeat does nothing. */
export async function unstageDeck(db: Db, tenantId: TenantId, deckId: string): Promise<void> {
  await translatingSqlErrors(() => db.$queryRaw`SELECT deck_unstage(${tenantId}::uuid, ${deckId}::uuid)::text`);
}

/**
 * The file of a deck as it was uploaded, unpacked, from its beginning each time.
 * @param read runs one query; a part is in memory at a time.
 * @throws DomainError deck_unreadable when a part is gone or damaged; too_large when it unpacks to more than is taken.
 */
export function uploadedFile(
  read: <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>,
  tenantId: TenantId,
  deckId: string,
): ByteSource {
  const part = (n: number) =>
    read((tx) =>
      tx.deckChunk.findUnique({
        where: { tenantId_deckId_n: { tenantId, deckId, n } },
        select: { data: true },
      }),
    );
  return () => unpacked(part);
}

const MOST_BYTES = UPLOAD_MEGABYTES * 1024 * 1024;
type Part = (n: number) => Promise<{ data: Uint8Array } | null>;

async function* unpacked(part: Part): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const source = Readable.from(partsOf(part));
  source.on("error", (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      bytes += (chunk as Buffer).length;
      if (bytes > MOST_BYTES) {
        const sentence = `That file has more than ${UPLOAD_MEGABYTES} MB. Leave out what the plan does not need.`;
        throw new DomainError("too_large", { mostBytes: MOST_BYTES }, sentence);
      }
      yield chunk as Buffer;
    }
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
    throw new DomainError("deck_unreadable", {}, "The file was damaged on its way: upload it again.");
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* partsOf(part: Part): AsyncGenerator<Uint8Array> {
  for (let n = 0, found = await part(n); found; n += 1, found = await part(n)) yield found.data;
}
