import { createHash } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { anchorLine } from "@/server/domain/audit/anchor-line";
import { checkAnchors } from "@/server/domain/audit/anchors";
import { change } from "@/server/domain/audit/change";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";
import { builders, type Tenancy } from "@/test/support/builders";
import { createDatabase, type TestDatabase } from "@/test/support/database";

const EVENTS = 40;
const TAMPERINGS = 1_000;

let db: TestDatabase;
let acme: Tenancy;
let anchors: string[];
beforeAll(async () => {
  db = await createDatabase();
  const make = builders(db);
  const operator = await make.tenant("operator");
  acme = await make.tenant("customer", operator);
  for (let n = 0; n < EVENTS; n += 1) {
    const by = {
      tenantId: acme.tenantId as TenantId,
      actor: { kind: "cli", id: "test", requestId: `r${n}`, address: "192.0.2.1" },
      action: "extension.edit",
    } as const;
    await change(db.app, by, async () => ({
      subject: `extension:${n}`,
      before: { name: `old ${n}` },
      after: { name: `new ${n}`, n },
      result: undefined,
    }));
  }
  const heads = await make.sql<{ seq: string; hash: string }>(
    "SELECT seq::text, encode(hash, 'hex') AS hash FROM audit_event WHERE tenant_id = $1 AND seq IN (10, 25, (SELECT max(seq) FROM audit_event WHERE tenant_id = $1))",
    [acme.tenantId],
  );
  anchors = heads.map(({ seq, hash }) =>
    anchorLine({ tenantId: acme.tenantId as TenantId, seq: BigInt(seq), hash }, new Date()),
  );
});
afterAll(() => db.drop());

/** A number out of a seed and a name: the same tampering each time. */
const pick = (seed: number, name: string, below: number): number =>
  createHash("sha256").update(`${seed}:${name}`).digest().readUInt32BE(0) % below;

/** What somebody with the rights of the database's owner may try; those that end in "sealed" make the hashes fit again. */
const kinds = [
  "edit",
  "delete",
  "reorder",
  "insert",
  "truncate",
  "edit sealed",
  "delete sealed",
  "insert sealed",
  "truncate sealed",
] as const;
const columns = [
  "actor_kind",
  "actor_id",
  "action",
  "subject",
  "outcome",
  "before",
  "after",
  "request_id",
  "address",
  "at",
];

function changeOf(seed: number, at: number): string {
  const column = columns[pick(seed, "column", columns.length)] ?? "subject";
  const value: Record<string, string> = {
    actor_kind: "'user'",
    outcome: "'denied'",
    before: `'{"name": "forged ${seed}"}'`,
    after: `'{"name": "forged ${seed}"}'`,
    at: `at + interval '${1 + pick(seed, "microseconds", 1_000_000)} microseconds'`,
  };
  return `UPDATE audit_event SET ${column} = ${value[column] ?? `'forged ${seed}'`} WHERE tenant_id = '${acme.tenantId}' AND seq = ${at}`;
}

/** Links and hashes written anew from the beginning, and the head moved to the new end: the perfect forgery. */
const reseal = (tenantId: string) => `DO $seal$
DECLARE e audit_event; before bytea := sha256(convert_to('${tenantId}', 'UTF8')); n bigint := 0;
BEGIN
  FOR e IN SELECT * FROM audit_event WHERE tenant_id = '${tenantId}' ORDER BY seq LOOP
    n := n + 1;
    DELETE FROM audit_event WHERE tenant_id = '${tenantId}' AND seq = e.seq;
    e.seq := n; e.previous_hash := before; e.hash := audit_hash(e); before := e.hash;
    INSERT INTO audit_event SELECT e.*;
  END LOOP;
  UPDATE audit_head SET seq = n, hash = before WHERE tenant_id = '${tenantId}';
END $seal$`;

function tamperings(seed: number): string[] {
  const kind = kinds[seed % kinds.length] ?? "edit";
  const id = acme.tenantId;
  const at = 1 + pick(seed, "at", EVENTS);
  const sealed = kind.endsWith("sealed") ? [reseal(id)] : [];
  if (kind.startsWith("edit")) return [changeOf(seed, at), ...sealed];
  if (kind.startsWith("delete"))
    return [`DELETE FROM audit_event WHERE tenant_id = '${id}' AND seq = ${at}`, ...sealed];
  if (kind.startsWith("truncate"))
    return [`DELETE FROM audit_event WHERE tenant_id = '${id}' AND seq > ${at - 1}`, ...sealed];
  if (kind === "reorder") {
    const other = 1 + ((at + pick(seed, "other", EVENTS - 1)) % EVENTS);
    const move = (from: number, to: number) =>
      `UPDATE audit_event SET seq = ${to} WHERE tenant_id = '${id}' AND seq = ${from}`;
    return [move(at, -1), move(other, at), move(-1, other)];
  }
  // Between two events: to append one properly is not to tamper with those that are there.
  const after = 1 + pick(seed, "at", EVENTS - 1);
  return [
    `UPDATE audit_event SET seq = -seq WHERE tenant_id = '${id}' AND seq > ${after}`,
    `UPDATE audit_event SET seq = 1 - seq WHERE tenant_id = '${id}' AND seq < 0`,
    `INSERT INTO audit_event SELECT tenant_id, ${after + 1}, at, actor_kind, actor_id, acting_tenant_id, action, 'forged ${seed}', outcome, before, after,
      request_id, address, previous_hash, hash FROM audit_event WHERE tenant_id = '${id}' AND seq = ${after}`,
    ...sealed,
  ];
}

/** As the product walks a chain: parts of seven events up to its head, the last without an end. */
const IN_PARTS = `SELECT min(v.first_bad_seq) AS first_bad_seq FROM audit_head h
  CROSS JOIN LATERAL generate_series(0, greatest(h.seq - 1, 0), 7) after
  CROSS JOIN LATERAL audit_verify(h.tenant_id, after, CASE WHEN after + 7 < h.seq THEN after + 7 END) v
  WHERE h.tenant_id = $1`;

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

test("of a thousand tamperings by somebody who owns the database, none stays hidden", async () => {
  const client = db.owner;
  const missed: string[] = [];
  let byAnchorsAlone = 0;
  // The questions of the product, asked inside the tampered transaction, which is then taken back.
  const tx = {
    $queryRaw: async (parts: TemplateStringsArray, ...values: unknown[]) =>
      (
        await client.query(
          parts.reduce((text, part, at) => `${text}$${at}${part}`),
          values,
        )
      ).rows,
  } as unknown as TenantRead;
  for (let seed = 0; seed < TAMPERINGS; seed += 1) {
    await client.query("BEGIN");
    for (const sql of tamperings(seed)) await client.query(sql);
    const { rows } = await client.query<{ first_bad_seq: string | null }>(
      "SELECT first_bad_seq FROM audit_verify($1)",
      [acme.tenantId],
    );
    const walked = rows[0]?.first_bad_seq !== null;
    const inParts = await client.query<{ first_bad_seq: string | null }>(IN_PARTS, [acme.tenantId]);
    if ((inParts.rows[0]?.first_bad_seq !== null) !== walked) missed.push(`${seed} in parts: ${tamperings(seed)[0]}`);
    const { broken } = await checkAnchors((work) => work(tx), each(anchors));
    if (!walked && broken.length > 0) byAnchorsAlone += 1;
    if (!walked && broken.length === 0) missed.push(`${seed}: ${tamperings(seed)[0]}`);
    await client.query("ROLLBACK");
  }
  expect(missed).toEqual([]);
  // What was sealed again is found by nothing inside the database.
  expect(byAnchorsAlone).toBeGreaterThan(TAMPERINGS / 3);
});
