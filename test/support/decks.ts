import { randomUUID } from "node:crypto";

import { change } from "@/server/domain/audit/change";
import { compareDeck } from "@/server/domain/decks/compare";
import type { DeckMode, DeckSettings } from "@/server/domain/decks/deck.schema";
import { listChanges, listProblems } from "@/server/domain/decks/deck-findings";
import {
  applyDeck,
  createDeck,
  getDeck,
  getDeckWork,
  type RolledBack,
  rollBackDeck,
} from "@/server/domain/decks/decks";
import { exportDeck } from "@/server/domain/decks/export";
import { stageDeck } from "@/server/domain/decks/stage";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import type { TestDatabase } from "./database";

export type DeckOf = Readonly<{
  plan: string;
  mode?: DeckMode;
  effective?: Date;
  settings?: DeckSettings;
  /** Cuts the file into pieces of so many bytes, as a stream may. */
  pieces?: number;
}>;

const actor = { kind: "cli", id: "test", requestId: "r1" } as const;

/** What a person does with a deck, through the functions that the command line, the worker and the portal call. */
export function deckDesk(db: TestDatabase, owner: { tenantId: string }) {
  const tenantId = owner.tenantId as TenantId;
  const read = <T>(work: (tx: TenantRead) => Promise<T>): Promise<T> => readTenant(db.app, { tenantId }, work);
  const source = (file: string | Uint8Array, pieces = 1_000) =>
    async function* () {
      const bytes = Buffer.from(file);
      for (let at = 0; at < bytes.length; at += pieces) yield bytes.subarray(at, at + pieces);
    };

  const create = (of: DeckOf): Promise<string> =>
    change(db.app, { tenantId, actor, action: "deck.create" }, async (tx) => {
      const { plan: planId, mode = "merge", effective, settings } = of;
      const moment = effective ? { effective: effective.toISOString() } : {};
      const input = { planId, mode, ...moment, ...(settings ? { settings } : {}) };
      const result = await createDeck(tx, tenantId, {
        ...input,
        fileName: `${randomUUID()}.csv`,
        createdBy: "cli:test",
      });
      return { subject: `deck:${result}`, result };
    });

  /** Reads and compares a file. */
  async function stage(file: string | Uint8Array, of: DeckOf) {
    const deckId = await create(of);
    const work = await read((tx) => getDeckWork(tx, tenantId, deckId));
    const bytes = source(file, of.pieces);
    await stageDeck({
      db: db.app,
      tenantId,
      deckId,
      source: bytes,
      settings: work.settings,
      plan: work,
      onRead: async () => {},
    });
    await compareDeck(db.app, tenantId, deckId);
    const deck = await look(deckId);
    const { items: problems } = await read((tx) => listProblems(tx, tenantId, { deckId, limit: 500 }));
    const { items: changes } = await read((tx) => listChanges(tx, tenantId, { deckId, limit: 500 }));
    return { ...deck, problems, changes };
  }
  const look = (deckId: string) => read((tx) => getDeck(tx, tenantId, deckId));

  const apply = (deckId: string): Promise<Date> =>
    change(db.app, { tenantId, actor, action: "deck.apply" }, async (tx) => {
      const result = await applyDeck(tx, deckId, "cli:test");
      return { subject: `deck:${deckId}`, result };
    });
  const rollBack = (deckId: string): Promise<RolledBack> =>
    change(db.app, { tenantId, actor, action: "deck.roll_back" }, async (tx) => {
      const result = await rollBackDeck(tx, deckId, "cli:test");
      return { subject: `deck:${deckId}`, result };
    });

  /** Reads, compares and applies. */
  async function bring(file: string | Uint8Array, of: DeckOf) {
    const staged = await stage(file, of);
    await apply(staged.id);
    return { ...staged, ...(await look(staged.id)) };
  }

  async function exported(plan: string, currency = "EUR"): Promise<string> {
    let text = "";
    for await (const piece of exportDeck(read, { id: plan, currency })) text += piece.text;
    return text;
  }

  return { tenantId, create, stage, look, apply, rollBack, bring, exported, source, read };
}
