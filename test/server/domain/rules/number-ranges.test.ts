import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { afterAll, beforeAll, expect, test } from "vitest";

import { learnNumberRanges, numberRanges } from "@/server/domain/rules/number-ranges";
import { builders } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

let db: TestDatabase;
let make: ReturnType<typeof builders>;
beforeAll(async () => {
  db = await createDatabase();
  make = builders(db);
});
afterAll(() => db.drop());

/** Numbers of the published plans, some that cost more than they look and some that do not. */
const numbers = [
  "491805123456",
  "493012345678",
  "449012345678",
  "447012345678",
  "447911123456",
  "19002345678",
  "12125550123",
  "33899123456",
  "33612345678",
  "41900123456",
];

test("the database calls special what the library calls premium or personal, and satellites", async () => {
  expect(await learnNumberRanges(db.pool)).toBe(numberRanges().length);
  expect(await learnNumberRanges(db.pool)).toBe(0);
  for (const number of numbers) {
    const known = parsePhoneNumberFromString(`+${number}`);
    const type = known?.getType() ?? "";
    const [row] = await make.sql<{ special: boolean }>("SELECT is_special($1, $2) AS special", [
      known?.country,
      number,
    ]);
    expect({ number, special: row?.special }).toEqual({
      number,
      special: ["PREMIUM_RATE", "PERSONAL_NUMBER"].includes(type),
    });
  }
  for (const country of ["XS", "XN"]) {
    const [row] = await make.sql<{ special: boolean }>("SELECT is_special($1, '881612345678') AS special", [country]);
    expect(row?.special).toBe(true);
  }
  expect(
    numbers.filter((number) => /PREMIUM|PERSONAL/.test(parsePhoneNumberFromString(`+${number}`)?.getType() ?? ""))
      .length,
  ).toBeGreaterThan(3);
});
