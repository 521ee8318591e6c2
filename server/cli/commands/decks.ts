import { open } from "node:fs/promises";

import { DECK_PATIENCE_MS, type Deck, getDeck, listDecks, rollBackDeck } from "@/server/domain/decks/decks";
import { exportDeck } from "@/server/domain/decks/export";
import { listTree } from "@/server/domain/tenancy/tenants";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { checkCount } from "../check";
import { BadInput, type Command } from "../command";
import { summaryOf } from "../deck-words";
import type { Desk } from "../desk";
import { planNamed } from "../plan-named";

const plan = { value: "name", about: "the plan", required: true } as const;
const owner = { value: "slug", about: "whose plan, when several tenants have one of that name" } as const;

export const deckExport: Command = {
  summary: "Writes a plan's prices as CSV; read in again they make the same plan.",
  options: { plan, to: { value: "file", about: "a new file; standard output when left out" }, owner },
  run: async (desk, given) => {
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const to = given.text("to");
    const file = to === undefined ? undefined : await newFile(to);
    const kept: string[] = [];
    let rates = 0;
    try {
      for await (const { text, rows } of exportDeck((work) => desk.read(named.ownerId, work), named)) {
        rates += rows;
        if (file) await file.appendFile(text);
        else kept.push(text);
      }
    } finally {
      await file?.close();
    }
    const value = { plan: named.name, rates, ...(to === undefined ? { csv: kept.join("") } : { file: to }) };
    return to === undefined ? { value, raw: kept.join("") } : { value, say: `Wrote ${rates} prices to ${to}.` };
  },
};

async function newFile(to: string) {
  return open(to, "wx").catch(() => {
    throw new BadInput(`--to: ${JSON.stringify(to)} cannot be written, or is there already.`);
  });
}

export const deckList: Command = {
  summary: "Decks, the newest first, with what each did.",
  options: {
    plan: { value: "name", about: "only of this plan" },
    owner,
    limit: { value: "200", about: "how many", fallback: "200" },
  },
  run: async (desk, given) => {
    const name = given.text("plan");
    const named = name === undefined ? undefined : await planNamed(desk, name, given.text("owner"));
    const limit = checkCount("limit", given.text("limit"), 200);
    const decks = await desk.readAll(async (tx) => {
      const owners = named ? [named.ownerId] : (await listTree(tx, await desk.operator())).map(({ id }) => id);
      const all: Deck[] = [];
      for (const id of owners) all.push(...(await listDecks(tx, id, { planId: named?.id, limit: limit + 1 })).items);
      return all.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    });
    // Beside the list, so that a script reads the same list as ever.
    if (decks.length > limit)
      process.stderr.write(
        `These are the newest ${limit}; there are older ones: name a --plan, or a larger --limit.\n`,
      );
    return {
      value: decks
        .slice(0, limit)
        .map((deck) => ({ ...summaryOf(deck), created: deck.createdAt, applied: deck.appliedAt })),
    };
  },
};

export const deckRollBack: Command = {
  summary: "Takes an applied deck back: what held before it holds again, except what was ended or set by hand since.",
  words: ["deck"],
  options: {},
  run: async (desk, given) => {
    const id = given.word(0);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new BadInput("<deck>: the id that deck list shows is wanted.");
    const tenantId = await ownerOf(desk, id);
    const deck = await desk.read(tenantId, (tx) => getDeck(tx, tenantId, id));
    const { restored, kept, keptPrices } = await desk.change(
      tenantId,
      "deck.roll_back",
      async (tx) => {
        const result = await rollBackDeck(tx, id, desk.actorName);
        const after = { plan: deck.planId, file: deck.fileName, restored: result.restored, kept: result.kept };
        return { subject: `deck:${id}`, after, result };
      },
      DECK_PATIENCE_MS,
    );
    const except = kept === 0 ? "" : `, except ${kept} ${kept === 1 ? "price" : "prices"} ended or set by hand since`;
    const some = keptPrices.map(({ prefix, why }) => `${prefix} (${why})`).join(", ");
    return {
      value: { deck: id, plan: deck.plan, state: "rolled_back", restored, kept, keptPrices },
      say: `${deck.fileName} is taken back; ${deck.plan} is as it was${except}${some && `: ${some}`}.`,
    };
  },
};

/** @throws DomainError not_found. */
async function ownerOf(desk: Desk, deckId: string): Promise<TenantId> {
  const found = await desk.readAll((tx) => tx.deck.findUnique({ where: { id: deckId }, select: { tenantId: true } }));
  if (!found) throw new DomainError("not_found", { deck: deckId }, "There is no such deck; deck list shows them.");
  return found.tenantId as TenantId;
}
