import { describe, expect, test } from "vitest";

import { commonParts, commonPasswords } from "@/server/auth/common-passwords";
import { passwordProblem } from "@/server/auth/password.rules";

const problem = (password: string, names: readonly string[] = []) =>
  passwordProblem(password, {
    email: "carla.winter@bluedoor.example",
    names,
    common: commonParts,
    known: commonPasswords(),
  });

test.each([
  "wander tall copper minute",
  "h7kq2-mm4dx-tu9se-pw3zf",
  "der Zug um neun nach Lübeck",
  "日本の鉄道は時間どおりに来ます",
  "xK9#mQ2$vL5&nR8*",
])("%s may be used, whatever kinds of characters it has", (password) => expect(problem(password)).toBeUndefined());

describe("what is refused", () => {
  test.each([
    ["fourteen chars", /at least 15/],
    ["x".repeat(201), /at most 200/i],
    ["aaaaaaaaaaaaaaaaaaaa", /different/],
    ["abcabcabcabcabcabc", /different|repeats/],
    ["zugzeit-zugzeit-zugzeit-", /repeats|common/],
    ["passwordpassword123", /common/],
    ["P@ssw0rd12345678!", /common/],
    ["qwertyuiopasdfghjkl", /common/],
    ["Summer2024Summer2025", /common/],
    ["ringfence-prepaid-2024", /common/],
    ["carla.winter@bluedoor.example", /name, address or company/],
    ["CarlaWinter20242024", /name, address or company/],
  ])("%s", (password, why) => expect(problem(password)).toMatch(why));

  test("what is mostly the company's name", () => {
    expect(problem("Kontorhaus Elbe 1999", ["Kontorhaus Elbe GmbH"])).toMatch(/company/);
    expect(problem("Kontorhaus Elbe 1999")).toBeUndefined();
  });
});

test("length counts characters, not bytes or halves of them", () => {
  expect(problem("🚂🚃🚄🚅🚆🚇🚈🚉🚊🚋🚌🚍🚎🚏")).toMatch(/at least 15/);
});

test("a password that many people chose is refused, whatever digits stand behind it", () => {
  const refused = (password: string, known: string) =>
    passwordProblem(password, { email: "a@b.example", common: [], known: new Set([known]) });
  expect(refused("marmelade-auf-brot", "marmelade-auf-brot")).toMatch(/most common/);
  expect(refused("Marmelade-auf-Brot-2027!", "marmelade-auf-brot")).toMatch(/most common/);
  expect(refused("m4rm3l4d3-4uf-br0t", "marmelade-auf-brot")).toMatch(/most common/);
  expect(refused("marmelade-und-brot", "marmelade-auf-brot")).toBeUndefined();
  expect(commonPasswords().size).toBeGreaterThan(15_000);
});

describe("beside a second factor", () => {
  const beside = (password: string) =>
    passwordProblem(password, {
      email: "a@b.example",
      common: commonParts,
      known: commonPasswords(),
      withFactor: true,
    });
  test.each(["kx9#mq2v", "herring!8", "zwölfboote"])("%s is long enough", (password) =>
    expect(beside(password)).toBeUndefined(),
  );
  test.each([
    ["kx9#mq2", /at least 8/],
    ["iloveyou1", /most common|very common/],
    ["P@ssw0rd!", /most common|very common/],
    ["abcdeabc", /repeats|different/],
    ["Ringfence1", /very common/],
  ])("%s is not", (password, why) => expect(beside(password)).toMatch(why));
});
