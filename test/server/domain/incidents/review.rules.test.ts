import { expect, test } from "vitest";

import { lacking, lackingSentence } from "@/server/domain/incidents/review.rules";

const whole = { cause: "A guessed password.", worked: "The rule.", changes: "Longer passwords.", followUps: [] };

test("a review is whole with its three texts, and with somebody and a day for every follow-up", () => {
  expect(lacking(whole)).toEqual([]);
  expect(lacking({ ...whole, followUps: [{ ownerId: "ada", dueOn: "2027-01-31" }] })).toEqual([]);
  expect(lacking({ ...whole, followUps: [{ ownerId: null, dueOn: "2027-01-31" }] })).toEqual(["follow_ups"]);
  expect(lacking({ ...whole, followUps: [{ ownerId: "ada", dueOn: null }] })).toEqual(["follow_ups"]);
  expect(lacking({ ...whole, cause: " \n" })).toEqual(["cause"]);
  expect(lacking(null)).toEqual(["cause", "worked", "changes"]);
});

test("what is lacking is said in one sentence", () => {
  expect(lackingSentence("7", ["cause"])).toBe("Incident 7 has no whole review yet: write what caused it.");
  expect(lackingSentence("7", ["cause", "worked", "follow_ups"])).toBe(
    "Incident 7 has no whole review yet: write what caused it, what worked and who does each follow-up and until when.",
  );
});
