import { expect, test } from "vitest";

import { dueNow } from "@/components/incidents/due-now";

const since = new Date("2026-11-26T10:00:00Z");
const due = { what: "contain", since, dueAt: new Date("2026-11-26T11:00:00Z") } as const;
const at = (minutes: number) => dueNow(due, new Date(since.getTime() + minutes * 60_000));

test("the ring fills, is amber from three quarters on, and red when the time is over", () => {
  expect(at(0)).toMatchObject({ share: 0, ink: "ok", leftMs: 3_600_000 });
  expect(at(44.99)).toMatchObject({ ink: "ok" });
  expect(at(45)).toMatchObject({ share: 0.75, ink: "warn" });
  expect(at(59.99)).toMatchObject({ ink: "warn" });
  expect(at(60)).toMatchObject({ share: 1, ink: "bad", leftMs: 0 });
  expect(at(90)).toMatchObject({ share: 1, ink: "bad", leftMs: -1_800_000 });
});
