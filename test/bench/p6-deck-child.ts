import { createReadStream } from "node:fs";

import { change } from "@/server/domain/audit/change";
import { compareDeck } from "@/server/domain/decks/compare";
import { applyDeck, createDeck } from "@/server/domain/decks/decks";
import { stageDeck } from "@/server/domain/decks/stage";
import { connectDb } from "@/server/infra/db/client";
import type { TenantId } from "@/server/kernel/ids";

/** Brings one deck, in a process that does nothing else, so that its memory can be told. Prints one line of JSON. */
const [url = "", tenant = "", planId = "", file = ""] = process.argv.slice(2);
const tenantId = tenant as TenantId;
const db = connectDb(url, 2);
const actor = { kind: "cli", id: "bench", requestId: "bench" } as const;

const deckId = await change(db, { tenantId, actor, action: "deck.create" }, async (tx) => {
  const result = await createDeck(tx, tenantId, {
    planId,
    mode: "replace",
    fileName: "bench.csv",
    createdBy: "cli:bench",
  });
  return { subject: `deck:${result}`, result };
});
const began = performance.now();
await stageDeck({
  db,
  tenantId,
  deckId,
  source: () => createReadStream(file, { highWaterMark: 256 * 1024 }),
  settings: {},
  plan: { currency: "EUR", timeZone: "UTC" },
  onRead: async () => {},
});
const read = performance.now();
await compareDeck(db, tenantId, deckId);
const compared = performance.now();
await change(db, { tenantId, actor, action: "deck.apply", patienceMs: 600_000 }, async (tx) => {
  await applyDeck(tx, deckId, "cli:bench");
  return { subject: `deck:${deckId}`, result: undefined };
});
const applied = performance.now();
await db.$disconnect();
const ms = { read: read - began, compare: compared - read, apply: applied - compared, total: applied - began };
process.stdout.write(`${JSON.stringify({ ...ms, peakMb: process.resourceUsage().maxRSS / 1_024 })}\n`);
