import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { itemSources } from "@/server/domain/evidence/items";
import { listFollowUps, setFollowUpDone } from "@/server/domain/incidents/follow-ups";
import { mergeIncident, unmergeIncident } from "@/server/domain/incidents/incidents";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { getReview, saveReview } from "@/server/domain/incidents/review";
import type { ReviewDraft } from "@/server/domain/incidents/review.schema";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { jsonOf } from "@/test/server/cli/run-cli";
import { type ContainedStage, containedStage } from "@/test/support/contained";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let on: ContainedStage;
beforeAll(async () => {
  db = await createDatabase();
  on = await containedStage(db);
});
afterAll(() => db.drop());

const texts = { cause: "A guessed password.", worked: "The rule.", changes: "Longer passwords." };
const save = (incidentId: string, more: Partial<ReviewDraft> = {}) =>
  on.write((tx) => saveReview(tx, on.desk, { incidentId, version: 0, ...texts, followUps: [], ...more }, on.me));
const move = (incidentId: string, state: "resolved" | "reviewed" | "open" | "dismissed") =>
  on.write((tx) => {
    const why = state === "dismissed" ? { reason: "test" as const } : { text: state === "reviewed" ? "" : "Because." };
    return moveIncident(tx, on.desk, { incidentId, state, ...why }, on.me);
  });
const review = (incidentId: string) =>
  readTenant(db.app, { tenantId: on.desk }, (tx) => getReview(tx, on.desk, incidentId));
const followUps = (show: "open" | "done") =>
  readTenant(db.app, { tenantId: on.desk }, (tx) => listFollowUps(tx, on.desk, { show, mine: true }, on.me.userId));
const sentence = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.sentence : error),
  );
const owned = (text: string, dueOn = "2027-01-31") => ({ text, ownerId: on.me.userId, dueOn });

describe("an incident is reviewed when its review is written", () => {
  test("until then it is refused, and the refusal says what is lacking", async () => {
    const { id, number } = await on.incident();
    await move(id, "resolved");
    const lacks = (what: string) => `Incident ${number} has no whole review yet: write ${what}.`;
    expect(await sentence(move(id, "reviewed"))).toBe(lacks("what caused it, what worked and what changes"));
    await save(id, { changes: "  " });
    expect(await sentence(move(id, "reviewed"))).toBe(lacks("what changes"));
    await save(id, { version: 1, followUps: [{ text: "Ask the customer", ownerId: null, dueOn: null }] });
    expect(await sentence(move(id, "reviewed"))).toBe(lacks("who does each follow-up and until when"));
    await save(id, { version: 2 });
    expect(await sentence(move(id, "reviewed"))).toBe("done");
    expect(await review(id)).toMatchObject({
      state: "reviewed",
      lacking: [],
      version: 3,
      finishedAt: expect.any(Date),
    });
    expect(await on.code(save(id, { version: 3 }))).toBe("invalid_state");
  });

  test("it begins with what is on record, and keeps that as it was when it was finished", async () => {
    const phone = await on.realPhone("311");
    const { id } = await on.incident("Calls at night");
    await on.live(phone.endpoint);
    const held = await on.contain({ incidentId: id, target: on.target(phone) });
    await on.run(held.id);
    const before = await review(id);
    expect(before).toMatchObject({
      version: 0,
      savedAt: null,
      facts: { releasedAt: null, evidence: [{ number: expect.any(Number) }] },
    });
    expect(before.facts.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(["refuse", "hang_up", "rotate"]));
    expect(before.facts.containedAt).toBeInstanceOf(Date);
    await on.release(held.id);
    await move(id, "resolved");
    await save(id);
    await move(id, "reviewed");
    const finished = await review(id);
    expect(finished.facts).toMatchObject({
      releasedAt: expect.any(Date),
      outcome: "Because.",
      closedAt: expect.any(Date),
    });
    // What comes later, or is kept for less time, changes nothing of it.
    await on.sql("UPDATE incident SET first_at = now(), signals = 99 WHERE id = $1", [id]);
    expect((await review(id)).facts).toEqual(finished.facts);
    // Opened again it is a draft, with what is on record now.
    await move(id, "open");
    expect(await review(id)).toMatchObject({
      finishedAt: null,
      cause: texts.cause,
      facts: { signals: 99, closedAt: null },
    });
  });

  test("evidence that is taken afterwards holds it, with its follow-ups", async () => {
    const { id } = await on.incident();
    await save(id, { followUps: [owned("Ask the customer")] });
    const kept = itemSources.find(({ name }) => name === "incident.jsonl");
    if (!kept || !("lines" in kept)) throw new Error("no item about the incident");
    const incident = { id, number: "1", title: "", severity: "high", state: "open" };
    const nobody = { tenantIds: [], extensionIds: [], usernames: [], networks: [] };
    const scope = { incident, slug: "operator", incidentIds: [id], ...nobody };
    const lines = kept.lines({ tenantId: on.desk, scope, since: new Date(0), mostRows: 100 });
    const rows = await readTenant(db.app, { tenantId: on.desk }, (tx) => tx.$queryRaw<{ row: object }[]>(lines));
    expect(rows).toContainEqual({ row: { review: expect.objectContaining({ cause: texts.cause }) } });
    expect(rows).toContainEqual({ row: { followUp: expect.objectContaining({ text: "Ask the customer" }) } });
  });

  test("two who write at once do not write over each other", async () => {
    const { id } = await on.incident();
    const both = await Promise.all([on.code(save(id, { cause: "Mine." })), on.code(save(id, { cause: "Yours." }))]);
    expect(both.toSorted()).toEqual(["changed_meanwhile", "done"]);
    expect((await review(id)).version).toBe(1);
    expect(await on.code(save(id, { version: 5 }))).toBe("changed_meanwhile");
  });

  test("a merged one shares the review of the whole, and has its own again when it was taken out", async () => {
    const [whole, part] = [await on.incident(), await on.incident()];
    await save(part.id, { cause: "Of the part." });
    await save(whole.id, { cause: "Of the whole." });
    const merge = { incidentId: part.id, intoIncidentId: whole.id };
    await on.write((tx) => mergeIncident(tx, on.desk, merge, on.me));
    expect(await review(part.id)).toMatchObject({ incidentId: whole.id, shared: true, cause: "Of the whole." });
    expect(await on.code(save(part.id, { version: 1 }))).toBe("invalid_state");
    await on.write((tx) => unmergeIncident(tx, on.desk, part.id, on.me));
    expect(await review(part.id)).toMatchObject({ shared: false, cause: "Of the part." });
  });

  test("what was dismissed has nothing to review, and what is not there is not found", async () => {
    const { id } = await on.incident();
    await move(id, "dismissed");
    expect(await on.code(save(id))).toBe("invalid_state");
    const nobody = "00000000-0000-4000-8000-000000000000";
    expect(await on.code(save(nobody))).toBe("not_found");
    expect(await on.code(review(nobody))).toBe("not_found");
  });
});

describe("follow-ups", () => {
  const done = (followUpId: string, is = true) =>
    on.write((tx) => setFollowUpDone(tx, on.desk, { followUpId, done: is }, on.me));

  test("stand in one list by their day, and are done after the review as well", async () => {
    const { id } = await on.incident("Of follow-ups");
    const rows = [owned("Later", "2040-01-31"), owned("Sooner", "2020-01-31")];
    const { followUpIds } = await save(id, { followUps: rows });
    const mine = async () => (await followUps("open")).items.filter(({ incidentId }) => incidentId === id);
    expect(await mine()).toMatchObject([
      { text: "Sooner", dueOn: "2020-01-31", late: true, title: "Of follow-ups" },
      { text: "Later", late: false, id: followUpIds[0] },
    ]);
    await move(id, "resolved");
    await move(id, "reviewed");
    await done(followUpIds[1] ?? "");
    await done(followUpIds[1] ?? "");
    expect((await mine()).map(({ text }) => text)).toEqual(["Later"]);
    expect((await followUps("done")).items[0]).toMatchObject({ text: "Sooner", doneAt: expect.any(Date), late: false });
    await done(followUpIds[1] ?? "", false);
    expect(await mine()).toHaveLength(2);
    const lines = await on.sql<{ kind: string }>(
      "SELECT kind FROM incident_line WHERE incident_id = $1 AND kind LIKE 'follow%' ORDER BY seq",
      [id],
    );
    expect(lines.map(({ kind }) => kind)).toEqual(["follow_up_done", "follow_up_again"]);
  });

  test("those that are left out are taken off, the others keep who did them", async () => {
    const { id } = await on.incident();
    const { followUpIds } = await save(id, { followUps: [owned("First"), owned("Second")] });
    const [first = "", second = ""] = followUpIds;
    await done(second);
    await save(id, {
      version: 1,
      followUps: [{ ...owned("Second, in other words"), followUpId: second }, owned("Third")],
    });
    expect((await review(id)).followUps).toMatchObject([
      { id: second, text: "Second, in other words", doneAt: expect.any(Date) },
      { text: "Third", doneAt: null },
    ]);
    expect(await on.code(done(first))).toBe("not_found");
  });

  test("of another incident, and owners without a seat, are refused and change nothing", async () => {
    const [one, two] = [await on.incident(), await on.incident()];
    const { followUpIds } = await save(one.id, { followUps: [owned("Of the one")] });
    const stolen = { ...owned("Stolen"), followUpId: followUpIds[0] };
    expect(await on.code(save(two.id, { followUps: [stolen] }))).toBe("not_found");
    const outsider = await on.person(on.reseller);
    const given = { text: "Do it", ownerId: outsider, dueOn: null };
    expect(await on.code(save(two.id, { followUps: [given] }))).toBe("invalid_input");
    expect(await review(two.id)).toMatchObject({ version: 0, followUps: [] });
    expect((await review(one.id)).followUps).toMatchObject([{ text: "Of the one" }]);
  });

  test("a tenant below reaches neither a review nor a follow-up of the desk", async () => {
    const { id } = await on.incident();
    const { followUpIds } = await save(id, { followUps: [owned("Of the desk")] });
    const below = on.reseller.tenantId as TenantId;
    const asBelow = (work: (tx: TenantWrite) => Promise<unknown>) => on.code(on.write(work, below));
    const asked = { followUpId: followUpIds[0] ?? "", done: true };
    expect(await asBelow((tx) => setFollowUpDone(tx, below, asked, on.me))).toBe("not_found");
    expect(await asBelow((tx) => getReview(tx, below, id))).toBe("not_found");
    // Also when it says that it acts for the operator.
    expect(await asBelow((tx) => setFollowUpDone(tx, on.desk, asked, on.me))).toBe("not_found");
  });
});

test("the command line writes a review, finishes it and ticks a follow-up off", async () => {
  const { id, number } = await on.incident();
  await move(id, "resolved");
  const cli = (...words: string[]) => jsonOf<Record<string, unknown>>(db.appUrl, ["incident", ...words]);
  await cli("review", number, "--cause", "A guess.", "--worked", "The rule.", "--changes", "Longer secrets.");
  const [{ email } = { email: "" }] = await on.sql<{ email: string }>("SELECT email FROM person WHERE id = $1", [
    on.me.userId,
  ]);
  const shown = await cli("review", number, "--follow-up", `Ask | ${email} | 2027-01-31`);
  expect(shown).toMatchObject({
    cause: "A guess.",
    version: 2,
    lacking: [],
    followUps: [{ text: "Ask", dueOn: "2027-01-31" }],
  });
  await cli("move", number, "reviewed");
  expect(await cli("review", number)).toMatchObject({ state: "reviewed" });
  const [followUp] = (await review(id)).followUps;
  expect(await cli("follow-up", followUp?.id ?? "")).toMatchObject({ text: "Ask", done: true });
  expect((await review(id)).followUps).toMatchObject([{ doneAt: expect.any(Date) }]);
});
