import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { Redis } from "ioredis";

import { startRedis } from "@/server/embedded/redis";

/** A real Redis of its own, empty, gone afterwards. A machine where none can be had fails the test: it is not skipped. */
export async function startTestRedis() {
  const dataDir = mkdtempSync(path.join(tmpdir(), "redis-"));
  const cache = process.env["RINGFENCE_CACHE"] ?? path.resolve(".data/cache");
  const redis = await startRedis({ dataDir, cache, password: "test", say: () => {} });
  if (!redis) throw new Error("no Redis could be found or unpacked");
  const client = new Redis(redis.url);
  return {
    url: redis.url,
    flush: () => client.flushall(),
    stop: async () => {
      client.disconnect();
      await redis.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
