import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDatabase, type TestDatabase } from "@/test/support/database";
import { hostileText } from "@/test/support/hostile-text";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

/** What an event hashes to, as the first migration wrote it down: chains of then are verified with it for ever. */
const WRITTEN = `sha256(e.previous_hash || convert_to(jsonb_build_array(e.tenant_id, e.seq, extract(epoch FROM e.at)::numeric(20, 6)::text, e.actor_kind,
  e.actor_id, e.acting_tenant_id, e.action, e.subject, e.outcome, e.before, e.after, e.request_id, e.address)::text, 'UTF8'))`;

const word = fc.oneof(
  fc.constantFrom("", "user", "ok", "192.0.2.1", "Zoë", 'a "b"', "\\", "\n", "\u0001", "\u007f", '", "'),
  hostileText.map((text) => text.replace(/[\0\p{Cs}]/gu, "")),
);
const event = fc.tuple(
  fc.array(word, { minLength: 7, maxLength: 7 }),
  fc.option(fc.uuid()),
  fc.array(fc.jsonValue(), { minLength: 2, maxLength: 2 }),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true }),
);

test("an event hashes to the same bytes as ever, whatever its words are", async () => {
  const events = fc.sample(event, { numRuns: 3_000, seed: 20_260_101 });
  const rows = events.map(([words, acting, [before, after], seq, at]) => ({
    tenant_id: "6b0a2c1e-0000-4000-8000-000000000001",
    seq: String(seq),
    at: at.toISOString(),
    ...Object.fromEntries(
      ["actor_kind", "actor_id", "action", "subject", "outcome", "request_id", "address"].map((name, n) => [
        name,
        words[n],
      ]),
    ),
    acting_tenant_id: acting,
    before: before ?? {},
    after: after ?? {},
    previous_hash: "\\x00ff",
  }));
  const { rows: found } = await db.owner.query<{ n: number; unlike: string | null }>(
    `SELECT count(*)::int AS n, min(e.subject) FILTER (WHERE audit_hash(e) IS DISTINCT FROM ${WRITTEN}) AS unlike
     FROM jsonb_populate_recordset(NULL::audit_event, $1::jsonb) e`,
    [JSON.stringify(rows)],
  );
  expect(found).toEqual([{ n: 3_000, unlike: null }]);
});
