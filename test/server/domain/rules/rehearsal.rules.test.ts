import { expect, test } from "vitest";

import { DAY_MS, firesOf } from "@/server/domain/rules/rehearsal.rules";

const day = DAY_MS * 1_000;
const at = (atUs: number, value = 5n, subject = "a") => ({ subject, atUs, value });

test("speaks at the first crossing of each threshold, and again when a day has passed", () => {
  const { fires } = firesOf([at(10), at(20, 9n), at(30, 9n), at(10 + day), at(11 + day), at(21 + day, 9n)], 9n, {});
  expect(fires).toEqual([
    { subject: "a", atUs: 10, level: "warn" },
    { subject: "a", atUs: 20, level: "critical" },
    { subject: "a", atUs: 11 + day, level: "warn" },
    { subject: "a", atUs: 21 + day, level: "critical" },
  ]);
});

test("each subject for itself, and from one stretch to the next as in one", () => {
  const all = [at(10, 9n), at(11, 9n, "b"), at(12, 9n), at(13 + day, 9n, "b")];
  const whole = firesOf(all, 9n, {});
  const first = firesOf(all.slice(0, 2), 9n, {});
  const second = firesOf(all.slice(2), 9n, first.quiet);
  expect([...first.fires, ...second.fires]).toEqual(whole.fires);
  expect(whole.fires.filter(({ level }) => level === "critical")).toHaveLength(3);
});
