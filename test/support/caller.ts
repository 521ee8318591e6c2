import type { Context, SignedIn } from "@/server/api/context";
import { createCaller } from "@/server/api/root";
import { recordRefusals } from "@/server/domain/audit/change";
import { createRefusalBook, type RefusalBook } from "@/server/domain/audit/refusal-book";
import { factorKeysOf } from "@/server/domain/people/seal.rules";
import type { Db } from "@/server/infra/db/client";
import { silentLogger } from "@/server/infra/log/logger";
import { testProvider } from "@/server/infra/payments/test-provider";
import type { SessionId, UserId } from "@/server/kernel/ids";
import { micros } from "@/server/kernel/money";

export const testSettings = {
  appUrl: "http://127.0.0.1:3000",
  houseUrl: "http://127.0.0.1:3000",
  approvalLimit: micros(1_000_000_000n),
  reauthAbove: micros(500_000_000n),
  factorKeys: factorKeysOf("the secret of the tests"),
  voucherKey: "the key of the tests",
  webhookKey: "the key of the tests",
  sipDomain: "127.0.0.1",
  sipPort: 5060,
  sipTransport: "udp",
  acrobitsCloudId: undefined,
  zoiperProviderId: undefined,
  browserPhoneUrl: "ws://127.0.0.1:8088/ws",
  relays: { urls: ["stun:relay.test", "turns:relay.test:443"], secret: "the secret of the relays" },
  mailGoesOut: false,
} as const;

/** Nobody has to wait; the waits have a test of their own. */
const noWaits = { begin: async () => 0, succeeded: async () => {} };

/** Nothing is written until a test asks for it: most look at what else there is. */
export const refusalsOf = (db: Db) => createRefusalBook({ record: (events) => recordRefusals(db, events) });

/** One for all callers of a database, as a process has one. */
const booksOf = new WeakMap<Db, RefusalBook>();
export function refusalBookOf(db: Db): RefusalBook {
  const book = booksOf.get(db) ?? refusalsOf(db);
  booksOf.set(db, book);
  return book;
}

export const contextFor = (db: Db, userId: string | undefined, more: Partial<Context> = {}): Context => ({
  db,
  attempts: noWaits,
  signedIn: userId === undefined ? undefined : signedInAs(userId),
  lookupTxt: async () => [],
  requestId: "req-test",
  address: "192.0.2.10",
  log: silentLogger,
  refusals: refusalBookOf(db),
  payments: testProvider(testSettings),
  publish: () => {},
  settings: testSettings,
  ...more,
});

/** Somebody who has just shown who they are. */
export const signedInAs = (userId: string): SignedIn => ({
  sessionId: "00000000-0000-4000-8000-000000000001" as SessionId,
  userId: userId as UserId,
  email: "somebody@test.example",
  name: "Somebody",
  authenticatedAt: new Date(),
  factorAt: null,
});

/** Calls procedures as the portal does, signed in as this person or as nobody. */
export const callerFor = (db: Db, userId: string | undefined, more: Partial<Context> = {}) =>
  createCaller(contextFor(db, userId, more));
