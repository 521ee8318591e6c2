import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { type Stage, stage } from "@/test/support/stage";
import { jsonOf, runCli } from "./run-cli";

let db: TestDatabase;
let on: Stage;
beforeAll(async () => {
  db = await createDatabase();
  on = await stage(db);
  await on.phone(on.customer, "301");
});
afterAll(() => db.drop());

const cli = <T = unknown>(...words: string[]) => jsonOf<T>(db.appUrl, words);
const refusal = async (...words: string[]) =>
  (JSON.parse((await runCli(db.appUrl, [...words, "--json"])).out) as { error: unknown }).error;
const listed = async () =>
  (await cli<{ number: string; holder: string; extension: string | null }[]>("number", "list")).map(
    ({ number, holder, extension }) => `${number} ${holder} ${extension}`,
  );

test("an operator's script takes a number into service, hands it out, routes it, takes it back and out again", async () => {
  const { customer, reseller } = on;
  expect(await cli("number", "add", "+49 30 555 0001", "--tenant", customer.slug, "--extension", "301")).toEqual({
    number: "49305550001",
    holder: customer.slug,
    extension: "301",
  });
  await cli("number", "add", "0049305550002");
  await cli("number", "give", "+49305550002", "--tenant", reseller.slug);
  await cli("number", "give", "+49305550002", "--tenant", customer.slug, "--owner", reseller.slug);
  expect(await listed()).toEqual([`49305550001 ${customer.slug} 301`, `49305550002 ${customer.slug} null`]);
  await cli("number", "route", "+49305550002", "--tenant", customer.slug, "--extension", "301");
  await cli("number", "route", "+49305550001", "--tenant", customer.slug, "--nowhere");
  expect(await cli("number", "take", "+49305550002", "--owner", reseller.slug)).toEqual({
    number: "49305550002",
    from: customer.slug,
  });
  expect(await listed()).toEqual([`49305550001 ${customer.slug} null`, `49305550002 ${reseller.slug} null`]);
  expect(await cli("number", "release", "+49305550001")).toEqual({ number: "49305550001", from: customer.slug });
  expect(await listed()).toEqual([`49305550002 ${reseller.slug} null`]);
});

test("what is half right leaves nothing behind", async () => {
  const before = await listed();
  const { customer } = on;
  const add = ["number", "add", "+49305550009", "--tenant", customer.slug];
  expect(await refusal(...add, "--extension", "999")).toMatchObject({ code: "not_found" });
  expect(await refusal("number", "add", "112")).toMatchObject({ code: "invalid_input" });
  expect(await refusal("number", "add", "+999305550009")).toMatchObject({ code: "invalid_input" });
  expect(await refusal("number", "add", "+49305550002")).toMatchObject({ code: "did_taken" });
  expect(await refusal("number", "release", "+49305550008")).toMatchObject({ code: "not_found" });
  expect(await refusal("number", "route", "+49305550002", "--tenant", customer.slug)).toMatchObject({
    code: "invalid_input",
  });
  expect(
    await refusal("number", "route", "+49305550002", "--tenant", customer.slug, "--extension", "301"),
  ).toMatchObject({ code: "not_found" });
  expect(await listed()).toEqual(before);
});
