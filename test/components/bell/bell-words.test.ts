import { expect, test } from "vitest";

import { type BellItem, bellWords, unreadOf } from "@/components/bell/bell-words";
import { taskKinds } from "@/server/domain/tasks/task.schema";

test("every thing that rings leads to a page, and every long job to its own", () => {
  const kinds: readonly BellItem["kind"][] = [
    ...(["incident", "notice", "low_balance", "top_up_paused", "phone_dropped", "statement"] as const),
    ...(["job_done", "job_failed"] as const),
  ];
  for (const kind of kinds) expect(bellWords({ kind, what: "x", ref: "y" }).page).toMatch(/^[a-z]/);
  for (const ref of taskKinds) expect(bellWords({ kind: "job_done", what: "x", ref }).page).not.toBe("home");
});

test("what came after the last look is new, and nothing is for somebody who only looks", () => {
  const items = [{ at: new Date(3_000) }, { at: new Date(2_000) }, { at: new Date(1_000) }];
  expect(unreadOf(items, new Date(1_500))).toBe(2);
  expect(unreadOf(items, null)).toBe(0);
});
