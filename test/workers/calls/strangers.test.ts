import { afterEach, expect, test, vi } from "vitest";

import { PATIENCE_MS } from "@/server/domain/calls/evidence.rules";
import type { AmiGateway, LiveChannel } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import { silentLogger } from "@/server/infra/log/logger";
import { type Ended, Strangers } from "@/workers/calls/strangers";

afterEach(() => vi.useRealTimers());

test("a hang-up whose answer is lost is in the trail all the same, once", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const told: Ended[] = [];
  let lost = true;
  const parts = {
    pool: { query: async () => [{ tenant_id: "t1", id: "t1" }] } as unknown as SqlPool,
    ami: { hangUp: () => (lost ? Promise.reject(new Error("no answer")) : Promise.resolve()) } as unknown as AmiGateway,
    log: silentLogger,
    ended: async (one: Ended) => void told.push(one),
  };
  const stranger = { uniqueId: "1.1", endpoint: "e1", context: "ringfence-out", seconds: 90 } as LiveChannel;
  const strangers = new Strangers();
  expect(await strangers.look([stranger], parts)).toEqual({ found: 0, again: true });
  vi.setSystemTime(Date.now() + PATIENCE_MS);
  await expect(strangers.look([stranger], parts)).rejects.toThrow("no answer");
  expect(told).toEqual([{ tenantId: "t1", call: "1.1", endpoint: "e1", seconds: 90 }]);
  lost = false;
  expect(await strangers.look([stranger], parts)).toEqual({ found: 1, again: true });
  expect(told).toHaveLength(1);
});
