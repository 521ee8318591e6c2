import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import path from "node:path";
import { stringify } from "csv-stringify/sync";
import { compareDeck } from "@/server/domain/decks/compare";
import { wantsALook } from "@/server/domain/decks/confirm";
import { deckSettingsSchema, newDeckSchema } from "@/server/domain/decks/deck.schema";
import { type DeckProblem, listProblems } from "@/server/domain/decks/deck-findings";
import { deckFields } from "@/server/domain/decks/deck-kinds.schema";
import {
  applyDeck,
  cancelDeck,
  createDeck,
  DECK_PATIENCE_MS,
  type Deck,
  getDeck,
  getDeckWork,
} from "@/server/domain/decks/decks";
import { stageDeck } from "@/server/domain/decks/stage";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given, type Result } from "../command";
import { countsText, effectLines, summaryOf, unreadColumns } from "../deck-words";
import type { Desk } from "../desk";
import { Interrupted, interruptible } from "../interruption";
import { planNamed } from "../plan-named";
import { progressOn } from "../progress";

const plan = { value: "name", about: "the plan", required: true } as const;
const owner = { value: "slug", about: "whose plan, when several tenants have one of that name" } as const;

export const deckImport: Command = {
  summary: "Reads a CSV file of prices, compares it with what holds, and applies it as a whole or not at all.",
  words: ["file"],
  options: {
    plan,
    effective: {
      value: "time",
      about: "when its prices begin to count, such as 2027-01-31T00:00:00Z; now when left out",
    },
    mode: { value: "merge", about: "merge leaves what the file does not have, replace ends it", fallback: "merge" },
    "dry-run": { about: "compare only; no price is changed" },
    "accept-warnings": { about: "apply it though it has warnings, or prices below what is paid for them" },
    errors: { value: "file", about: "write what is wrong with the file there, and its warnings, as CSV" },
    delimiter: { value: "comma", about: "comma, semicolon, tab or pipe, when it is not found rightly" },
    encoding: { value: "utf-8", about: "utf-8, windows-1252 or utf-16le" },
    decimal: { value: "point", about: "point or comma" },
    dates: { value: "dmy", about: "dmy or mdy: how 03/04/2027 is meant" },
    increments: { value: "60/60", about: "first and next seconds of rows that do not say theirs" },
    header: { value: "1", about: "line of the column names; 0 for none, with --columns" },
    columns: { value: "list", about: `what each column is: ${deckFields.join(", ")} or -` },
    owner,
  },
  run: async (desk, given) => {
    const file = given.word(0);
    const named = await planNamed(desk, given.must("plan"), given.text("owner"));
    const input = check(
      newDeckSchema,
      {
        planId: named.id,
        fileName: path.basename(file).slice(0, 200),
        mode: given.text("mode"),
        effective: given.text("effective"),
        settings: settingsOf(given),
      },
      {},
    );
    await readable(file);
    const { ownerId } = named;
    const id = await desk.change(ownerId, "deck.create", async (tx) => {
      const result = await createDeck(tx, ownerId, { ...input, createdBy: desk.actorName });
      return { subject: `deck:${result}`, after: { plan: named.id, file: input.fileName, mode: input.mode }, result };
    });
    const deck = await staged(desk, ownerId, id, file);
    if (!deck) return stopped(desk, ownerId, { deck: id, file: input.fileName });
    const problems = await problemsOf(desk, ownerId, deck, given.text("errors"));
    if (deck.errors > 0) return refused(desk, ownerId, deck, problems);
    if (given.flag("dry-run")) return compared(desk, ownerId, deck, problems);
    if (wantsALook(deck) && !given.flag("accept-warnings")) return unlooked(desk, ownerId, deck, problems);
    return applied(desk, ownerId, deck, problems);
  },
};

function settingsOf(given: Given): unknown {
  const header = given.text("header");
  const settings = {
    delimiter: given.text("delimiter"),
    encoding: given.text("encoding"),
    decimal: given.text("decimal"),
    dates: given.text("dates"),
    increments: given.text("increments"),
    header: header === undefined ? undefined : Number(header),
    columns: given
      .text("columns")
      ?.split(",")
      .map((name) => name.trim()),
  };
  return check(
    deckSettingsSchema,
    Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
    {},
  );
}

async function readable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new BadInput(`<file>: there is no file ${JSON.stringify(file)} that can be read.`);
}

/** Reads and compares; people see how far it is on standard error. Nothing when somebody stopped it meanwhile. */
async function staged(desk: Desk, tenantId: TenantId, deckId: string, file: string): Promise<Deck | undefined> {
  const progress = progressOn(process.stderr);
  const interruption = interruptible();
  const show = async (step: string, done: number, of: number) => {
    interruption.check();
    progress.show(step, done, of);
  };
  const work = await desk.read(tenantId, (tx) => getDeckWork(tx, tenantId, deckId));
  try {
    await stageDeck({
      db: desk.db,
      tenantId,
      deckId,
      source: () => createReadStream(file, { highWaterMark: 256 * 1024 }),
      settings: work.settings,
      plan: work,
      onRead: (bytes, of) => show("reading", bytes, of),
    });
    await compareDeck(desk.db, tenantId, deckId, (done, of) => show("comparing", done, of));
    interruption.check();
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  } finally {
    interruption.end();
    progress.end();
  }
  return desk.read(tenantId, (tx) => getDeck(tx, tenantId, deckId));
}

/** What was found, as far as it is shown; all of it where a file is to hold it, which it is written to. */
async function problemsOf(desk: Desk, tenantId: TenantId, deck: Deck, to: string | undefined): Promise<DeckProblem[]> {
  const problems: DeckProblem[] = [];
  if (deck.errors + deck.warnings === 0) return problems;
  for (let cursor: number | null = 0; cursor !== null; ) {
    const from: number = cursor;
    const page = await desk.read(tenantId, (tx) =>
      listProblems(tx, tenantId, { deckId: deck.id, cursor: from, limit: 1_000 }),
    );
    problems.push(...page.items);
    cursor = to === undefined ? null : page.nextCursor;
  }
  if (to !== undefined) {
    const file = await open(to, "wx").catch(() => {
      throw new BadInput(`--errors: ${JSON.stringify(to)} cannot be written, or is there already.`);
    });
    await file.writeFile(problemsCsv(problems));
    await file.close();
  }
  return problems;
}

const shownOf = (problems: readonly DeckProblem[]) => problems.slice(0, 100).map(({ id: _, ...problem }) => problem);

/** The first of them in words. */
function linesOf(deck: Deck, problems: readonly DeckProblem[]): string[] {
  const all = deck.errors + deck.warnings;
  const lines = problems
    .slice(0, 20)
    .map((one) => `line ${one.line}, ${one.column || "file"}: ${one.reason}${one.value ? ` (${one.value})` : ""}`);
  return all > lines.length ? [...lines, `… ${all} in all; --errors writes them to a file.`] : lines;
}

/** What of the file is left aside. */
function unreadLines(deck: Deck): string[] {
  const names = unreadColumns(deck);
  return names.length > 0 ? [`Not read: ${names.join(", ")}.`] : [];
}

const text = (lines: readonly string[]): string => lines.join("\n").replace(/[^\P{Cc}\n]/gu, "?");

/** Nobody has said that they looked at it. */
async function unlooked(desk: Desk, tenantId: TenantId, deck: Deck, problems: DeckProblem[]): Promise<Result> {
  await drop(desk, tenantId, deck.id);
  const first = `${deck.fileName} has ${deck.warnings} warnings or prices below cost, so nothing was applied. Look at them, then add --accept-warnings.`;
  return {
    value: {
      error: { code: "deck_not_acknowledged", message: first },
      ...summaryOf(deck),
      state: "cancelled",
      problems: shownOf(problems),
    },
    say: text([first, ...linesOf(deck, problems), ...effectLines(deck)]),
    failed: true,
  };
}

async function stopped(desk: Desk, tenantId: TenantId, of: { deck: string; file: string }): Promise<Result> {
  await drop(desk, tenantId, of.deck);
  const say = `Stopped: nothing of ${of.file} was applied, and what was read of it is removed.`;
  return {
    value: { error: { code: "cancelled", message: say }, ...of, state: "cancelled" },
    say: text([say]),
    failed: true,
  };
}

async function refused(desk: Desk, tenantId: TenantId, deck: Deck, problems: DeckProblem[]): Promise<Result> {
  await drop(desk, tenantId, deck.id);
  return {
    value: {
      error: { code: "deck_has_errors", message: `The file has ${deck.errors} errors; nothing was applied.` },
      ...summaryOf(deck),
      state: "cancelled",
      problems: shownOf(problems),
    },
    say: text([
      `${deck.fileName} has ${deck.errors} errors, so nothing of it was applied.`,
      ...linesOf(deck, problems),
    ]),
    failed: true,
  };
}

const problemsCsv = (problems: readonly DeckProblem[]): string =>
  stringify([
    ["severity", "line", "column", "reason", "value"],
    ...problems.map(({ severity, line, column, reason, value }) => [severity, String(line), column, reason, value]),
  ]);

async function drop(desk: Desk, tenantId: TenantId, deckId: string): Promise<void> {
  await desk.change(tenantId, "deck.cancel", async (tx) => {
    await cancelDeck(tx, deckId);
    return { subject: `deck:${deckId}`, result: undefined };
  });
}

async function compared(desk: Desk, tenantId: TenantId, deck: Deck, problems: DeckProblem[]): Promise<Result> {
  await drop(desk, tenantId, deck.id);
  const warned = deck.warnings > 0 ? ` ${deck.warnings} warnings.` : "";
  return {
    value: { ...summaryOf(deck), state: "compared", problems: shownOf(problems) },
    say: text([
      `It would be ${countsText(deck.counts)}.${warned} No price was changed.`,
      ...unreadLines(deck),
      ...linesOf(deck, problems),
      ...effectLines(deck),
    ]),
  };
}

async function applied(desk: Desk, tenantId: TenantId, deck: Deck, problems: DeckProblem[]): Promise<Result> {
  const { counts } = deck;
  if (counts && deck.rows > 0 && counts.new + counts.up + counts.down + counts.changed + counts.removed === 0) {
    await drop(desk, tenantId, deck.id);
    return {
      value: { ...summaryOf(deck), state: "no_change" },
      say: "No change: every price of the file holds already.",
    };
  }
  await apply(desk, tenantId, deck);
  const after = await desk.read(tenantId, (tx) => getDeck(tx, tenantId, deck.id));
  const when = after.state === "scheduled" ? `will hold from ${after.effectiveAt?.toISOString()} on` : "hold now";
  return {
    value: { ...summaryOf(after), problems: shownOf(problems) },
    say: text([
      `The prices of ${deck.fileName} ${when}: ${countsText(counts)}.`,
      ...unreadLines(deck),
      ...linesOf(deck, problems),
    ]),
  };
}

async function apply(desk: Desk, tenantId: TenantId, deck: Deck): Promise<void> {
  await desk.change(
    tenantId,
    "deck.apply",
    async (tx) => {
      const at = await applyDeck(tx, deck.id, desk.actorName);
      const after = {
        plan: deck.planId,
        file: deck.fileName,
        sha256: deck.sha256,
        mode: deck.mode,
        effective: at.toISOString(),
        ...deck.counts,
      };
      return { subject: `deck:${deck.id}`, after, result: undefined };
    },
    DECK_PATIENCE_MS,
  );
}
