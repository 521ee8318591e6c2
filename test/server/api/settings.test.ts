import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
});
afterAll(() => db.drop());

const acme = { tenantSlug: "acme" };

test("a customer sees what it is, and who sells to it, and nothing of whom that buys from", async () => {
  expect(await on.as("customer").settings.get(acme)).toMatchObject({
    slug: "acme",
    currency: "EUR",
    provider: "reseller",
  });
  expect((await on.as("operator").settings.get({ tenantSlug: "operator" })).provider).toBeNull();
});

test("it is renamed by those who manage people, and recorded with both names", async () => {
  await on.as("customer").settings.rename({ ...acme, name: "Acme & Töchter", seen: "acme" });
  expect(await on.as("customer").settings.get(acme)).toMatchObject({ name: "Acme & Töchter", slug: "acme" });
  expect(await on.sql("SELECT before, after FROM audit_event WHERE action = 'tenant.rename'")).toEqual([
    { before: { name: "acme" }, after: { name: "Acme & Töchter" } },
  ]);
});

test("of two people who rename it at once, the second is told and nothing is undone; the same name twice is no quarrel", async () => {
  const seen = "Acme & Töchter";
  const asked = ["First", "Second"].map((name) => on.as("customer").settings.rename({ ...acme, name, seen }));
  const ended = await Promise.allSettled(asked);
  expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const won = ended[0]?.status === "fulfilled" ? "First" : "Second";
  expect((await on.as("customer").settings.get(acme)).name).toBe(won);
  const again = on.as("customer").settings.rename({ ...acme, name: "Third", seen });
  await expect(again).rejects.toMatchObject({ message: "conflict" });
  await on.as("customer").settings.rename({ ...acme, name: won, seen });
});

test.each([
  ["nothing", "  "],
  ["a line break", "Acme\nGmbH"],
  ["201 characters", "x".repeat(201)],
])("%s is no name", async (_what, name) => {
  const seen = (await on.as("customer").settings.get(acme)).name;
  await expect(on.as("customer").settings.rename({ ...acme, name, seen })).rejects.toMatchObject({
    message: "invalid_input",
  });
});

test("the language of its people is set by those who manage people, and recorded", async () => {
  expect((await on.as("customer").settings.get(acme)).language).toBe("en");
  await on.as("customer").settings.setLanguage({ ...acme, language: "fr" });
  expect((await on.as("customer").settings.get(acme)).language).toBe("fr");
  expect((await on.as("customer").shell.get(acme)).tenant.language).toBe("fr");
  expect(await on.sql("SELECT before, after FROM audit_event WHERE action = 'tenant.set_language'")).toEqual([
    { before: { language: "en" }, after: { language: "fr" } },
  ]);
});
