import { expect, test } from "vitest";

import { createRefusalBook, type Recorded, type Refused } from "@/server/domain/audit/refusal-book";
import type { TenantId } from "@/server/kernel/ids";

const refused = (kind: string, more: Partial<Refused> = {}): Refused => ({
  where: { tenantId: "t" as TenantId },
  actor: { kind: "user", id: "u", requestId: "r" },
  action: "permission.deny",
  subject: "procedure:a.b",
  outcome: "denied",
  after: { code: kind },
  kind,
  ...more,
});

function opened(record?: (events: readonly Recorded[]) => Promise<void>) {
  const clock = { ms: 0 };
  const written: Recorded[] = [];
  const book = createRefusalBook({
    record: record ?? (async (events) => void written.push(...events)),
    now: () => clock.ms,
  });
  return { book, clock, written };
}

test("the first of a kind is an event of its own, what is repeated one with its number when the minute is over", async () => {
  const { book, clock, written } = opened();
  for (let n = 0; n < 5; n += 1) book.note(refused("forbidden"));
  await book.flush();
  expect(written).toMatchObject([{ subject: "procedure:a.b", after: { code: "forbidden" } }]);
  clock.ms += 60_000;
  await book.flush();
  expect(written.slice(1)).toMatchObject([
    { action: "permission.deny", subject: "refusals:more", outcome: "denied", after: { times: 4, kinds: 0 } },
  ]);
  await book.flush();
  expect(written).toHaveLength(2);
});

test("somebody who keeps knocking does not fill the trail, and nothing of it is lost", async () => {
  const { book, written } = opened();
  for (let n = 0; n < 200; n += 1) book.note(refused(`kind${n}`));
  book.note(refused("kind0", { actor: { kind: "user", id: "another", requestId: "r" } }));
  await book.close();
  expect(written).toHaveLength(22);
  expect(written.at(-1)).toMatchObject({ after: { times: 180, kinds: 180 } });
});

test("what was refused for its content is told apart from what was denied, and each place by itself", async () => {
  const { book, written } = opened();
  const mine = { action: "extension.create", outcome: "failed" } as const;
  const there = { where: { homesOf: undefined } };
  for (let n = 0; n < 3; n += 1) {
    book.note(refused("number_taken", mine));
    book.note(refused("forbidden"));
    book.note(refused("forbidden", there));
  }
  await book.close();
  expect(written.slice(3)).toMatchObject([
    { action: "access.refuse", outcome: "failed", after: { times: 2, kinds: 0 } },
    { action: "permission.deny", outcome: "denied", after: { times: 2 }, where: { tenantId: "t" } },
    { action: "permission.deny", outcome: "denied", after: { times: 2 }, where: { homesOf: undefined } },
  ]);
});

test.each([
  ["what is missing", "what is forbidden"],
  ["what is forbidden", "what is missing"],
])("%s and then %s, again and again: neither is counted as the other", async (first) => {
  const { book, written } = opened();
  const missing = () => book.note(refused("not_found", { action: "access.refuse" }));
  const forbidden = () => book.note(refused("forbidden"));
  const [before, after] = first === "what is missing" ? [missing, forbidden] : [forbidden, missing];
  for (let n = 0; n < 3; n += 1) before();
  for (let n = 0; n < 101; n += 1) after();
  await book.close();
  const [one, other] = first === "what is missing" ? [2, 100] : [100, 2];
  expect(written.filter(({ subject }) => subject === "refusals:more")).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ action: "access.refuse", after: { times: one, kinds: 0 } }),
      expect.objectContaining({ action: "permission.deny", after: { times: other, kinds: 0 } }),
    ]),
  );
});

test("what could not be written is written with the next ones, in its order", async () => {
  const kept: Recorded[] = [];
  let away = true;
  const { book } = opened(async (events) => {
    if (away) throw new Error("the database is away");
    kept.push(...events);
  });
  book.note(refused("a"));
  await book.flush();
  book.note(refused("b"));
  away = false;
  await book.flush();
  expect(kept.map(({ after }) => after)).toEqual([{ code: "a" }, { code: "b" }]);
});

test("a crowd of ever new people is counted and not remembered one by one", async () => {
  const { book, written } = opened();
  for (let n = 0; n < 25_000; n += 1) {
    const actor = { kind: "user", id: `u${n % 12_500}`, requestId: "r" } as const;
    book.note(refused("forbidden", { actor }));
  }
  await book.close();
  const counted = written.filter(({ subject }) => subject === "refusals:more");
  const times = counted.reduce((sum, { after }) => sum + Number(after?.["times"]), 0);
  expect(written.length - counted.length + times).toBe(25_000);
});
