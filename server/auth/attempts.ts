import { createHmac } from "node:crypto";

import { Redis } from "ioredis";
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible";

import { networkOf } from "@/server/auth/address";
import type { SqlPool } from "@/server/infra/db/pool";

const DAY_S = 86_400;
const LONGEST_WAIT_S = 900;

/** How many failures are free, and how long they are remembered. */
const RULES = {
  /** One person tried from one place. Another place has a count of its own, so nobody can lock the owner out. */
  pair: { free: 5, firstWaitS: 5, memoryS: DAY_S },
  /** One place trying many people. Roomier, because an office shares an address. */
  place: { free: 30, firstWaitS: 5, memoryS: 3_600 },
  /**
   * One person tried from many places: a net of robots. One place alone is slowed down by its pair to less than that in an
   * hour, so it cannot make the owner wait elsewhere; and where the person was signed in before, nobody waits for it.
   */
  account: { free: 30, firstWaitS: 5, memoryS: 3_600 },
} as const;
type Rule = keyof typeof RULES;

export type Attempts = {
  /**
   * Counts an attempt before it is made, so that a thousand at once are a thousand and not one.
   * @param placesOf where this person was signed in before; asked only while many places try them.
   * @returns the seconds to wait when this attempt comes too early, or 0.
   */
  begin(address: string, subject: string, placesOf?: () => Promise<readonly string[]>): Promise<number>;
  /** The attempt was right: its count starts anew. */
  succeeded(address: string, subject: string): Promise<void>;
};

/** Doubles with each further failure, up to a quarter of an hour: growing, never permanent. */
export const waitAfter = (failures: number, rule: Readonly<{ free: number; firstWaitS: number }>): number =>
  failures <= rule.free ? 0 : Math.min(rule.firstWaitS * 2 ** Math.min(failures - rule.free - 1, 20), LONGEST_WAIT_S);

type Store = (keyPrefix: string, points: number, duration: number) => RateLimiterStoreAbstract | RateLimiterMemory;
type Limiter = ReturnType<Store>;

type StoreOptions = Readonly<{ sql: SqlPool; redisUrl?: string | undefined }>;

/** Where counts are kept: in Redis when there is one, else in the table `rate_limit`. */
export const storeOf = ({ sql, redisUrl }: StoreOptions): Store =>
  redisUrl === undefined ? inPostgres(sql) : inRedis(redisUrl);

/** Keys are digests: no store learns an address. */
export function createAttempts(options: StoreOptions & Readonly<{ secret: string }>): Attempts {
  const store = storeOf(options);
  const limiters = { pair: pairOf(store, "pair"), place: pairOf(store, "place"), account: pairOf(store, "account") };
  const digest = (text: string) => createHmac("sha256", options.secret).update(`attempts:${text}`).digest("base64url");
  const keysOf = (address: string, subject: string) => {
    const place = networkOf(address);
    const account = subject.toLowerCase();
    return { pair: digest(`${place} ${account}`), place: digest(place), account: digest(`account ${account}`) };
  };
  return {
    async begin(address, subject, placesOf = async () => []) {
      const keys = keysOf(address, subject);
      const waits = [
        await counted("pair", limiters.pair, keys.pair),
        await counted("place", limiters.place, keys.place),
      ];
      const wait = Math.max(...waits);
      // What is not even tried must not count against the person: whoever hammers from one place would make others wait.
      if (wait > 0) return wait;
      const known = async () => (await placesOf()).map(networkOf).includes(networkOf(address));
      const accountWait = await counted("account", limiters.account, keys.account, known);
      if (accountWait > 0) {
        await Promise.all([limiters.pair.failures.reward(keys.pair), limiters.place.failures.reward(keys.place)]);
      }
      return accountWait;
    },
    async succeeded(address, subject) {
      const keys = keysOf(address, subject);
      await Promise.all([
        limiters.pair.failures.delete(keys.pair),
        limiters.pair.ticket.delete(keys.pair),
        // Only this attempt is taken back: one right password must not wipe out thirty wrong ones.
        limiters.place.failures.reward(keys.place),
        limiters.account.failures.reward(keys.account),
      ]);
    },
  };
}

type Counting = Readonly<{ failures: Limiter; ticket: Limiter }>;

const pairOf = (store: Store, rule: Rule): Counting => ({
  failures: store(`f-${rule}`, 1_000_000, RULES[rule].memoryS),
  ticket: store(`t-${rule}`, 1, 1),
});

/**
 * Beyond the free ones, one attempt per wait gets the ticket; everybody else is told how long the wait still is. Whoever is
 * exempt is counted and never waits.
 */
async function counted(
  rule: Rule,
  { failures, ticket }: Counting,
  key: string,
  exempt: () => Promise<boolean> = async () => false,
): Promise<number> {
  const { consumedPoints } = await failures.penalty(key);
  const waitS = waitAfter(consumedPoints, RULES[rule]);
  if (waitS === 0 || (await exempt())) return 0;
  try {
    await ticket.consume(key, 1, { customDuration: waitS });
    return 0;
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    await failures.reward(key);
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
  }
}

const inPostgres =
  (sql: SqlPool): Store =>
  (keyPrefix, points, duration) => {
    const storeClient = {
      query: async (query: { name?: string; text: string; values: unknown[] }) => {
        const rows = await sql.query(query.name ?? "", query.text, query.values);
        return { rows, rowCount: rows.length };
      },
    };
    return new RateLimiterPostgres({
      storeClient,
      storeType: "pool",
      tableName: "rate_limit",
      tableCreated: true,
      keyPrefix,
      points,
      duration,
    });
  };

function inRedis(url: string): Store {
  const storeClient = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: false });
  // Without a listener a lost connection would end the process; the limiter's own answer is the insurance below.
  storeClient.on("error", () => {});
  return (keyPrefix, points, duration) => {
    const insuranceLimiter = new RateLimiterMemory({ keyPrefix, points, duration });
    return new RateLimiterRedis({ storeClient, keyPrefix, points, duration, insuranceLimiter });
  };
}
