import { randomUUID } from "node:crypto";

import { findSnapshot } from "@/server/domain/evidence/snapshots";
import { type EvidenceDeps, takeSnapshot } from "@/server/domain/evidence/take";
import { evidenceZip } from "@/server/domain/evidence/zip-file";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { readZip } from "@/server/infra/zip/read-zip";
import { writeZip, type ZipEntry } from "@/server/infra/zip/write-zip";
import type { TenantId } from "@/server/kernel/ids";
import { callDesk } from "./call-desk";
import type { TestDatabase } from "./database";
import { stage } from "./stage";

export const stranger = { number: "909", dialled: "493099999999" };

/** The machine of a test may be slow; what is late is a test of its own. */
export const patience = { itemsMs: 60_000, sealMs: 60_000 } as const;

/** A customer whose phone is attacked, with a call and a registration; a neighbour with a call of its own; an incident. */
export async function attacked(db: TestDatabase) {
  const on = await stage(db);
  const operator = on.operator.tenantId as TenantId;
  await on.topUp(on.customer, 10_000_000n);
  await on.topUp(on.reseller, 10_000_000n);
  const made = await on.as("customer").extensions.create({ tenantSlug: "acme", number: "101", displayName: "Phone" });
  const endpoint = made.sipUsername;
  const { digest } = await on.one<{ digest: string }>(
    "SELECT password_digest AS digest FROM pbx.ps_auths WHERE id = $1",
    [endpoint],
  );
  const beta = await on.tenant("customer", on.reseller, { slug: "beta" });
  await on.assign(beta, on.selling);
  await on.topUp(beta, 10_000_000n);
  const other = await on.phone(beta, stranger.number);
  const desk = callDesk(db.pool);
  const calls = [
    { endpoint, dialled: "493012345678" },
    { endpoint: other.endpoint, dialled: stranger.dialled },
  ];
  for (const one of calls) {
    const call = randomUUID();
    await desk.authorise({ call, ...one, e164: one.dialled });
    await desk.answered(call);
    await desk.settle(call, 61_000);
  }
  await on.sql(
    `INSERT INTO pbx.ps_contacts (id, uri, expiration_time, user_agent, endpoint) VALUES ('c1', 'sip:x@203.0.113.9:5060', $1, 'friendly-scanner', $2)`,
    [String(Math.floor(Date.now() / 1000) + 300), endpoint],
  );
  const failed = "now(), 'InvalidPassword', $1, '203.0.113.9'";
  await db.pool.query("store", `SELECT security_event_store(${failed}, 'UDP', '{"count": 1}')`, [endpoint]);
  const signal = `SELECT incident_id FROM signal_take(${failed}, 60)`;
  const [row] = await db.pool.query<{ incident_id: string }>("take", signal, [endpoint]);
  return { on, operator, endpoint, secret: made.secretOnce, digest, incident: row?.incident_id ?? "" };
}
export type Attacked = Awaited<ReturnType<typeof attacked>>;

/** Takes and gives out evidence of it. */
export function evidenceOf(db: TestDatabase, { operator, incident }: Attacked) {
  const read = <T>(work: (tx: TenantRead) => Promise<T>) => readTenant(db.app, { tenantId: operator }, work);
  return {
    read,
    take: (more: Partial<EvidenceDeps> = {}, key: string = randomUUID()) =>
      takeSnapshot({ db: db.app, ami: undefined, ...patience, ...more }, operator, {
        incidentId: incident,
        key,
        reason: "Before containment",
        takenBy: "system",
        actor: { kind: "job", id: "test", requestId: "r" },
      }),
    zipOf: async (number: number): Promise<Buffer> => {
      const snapshot = await read((tx) => findSnapshot(tx, operator, number));
      return gathered(evidenceZip(read, operator, snapshot));
    },
  };
}

async function gathered(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

export const filesOf = (zip: Buffer) => readZip(zip, 100_000_000);
export const textOf = (files: readonly ZipEntry[], name: string) =>
  Buffer.from(files.find((file) => file.name === name)?.bytes ?? []).toString("utf8");

/** A ZIP of any files, as somebody makes one who tampers. */
export function packed(files: readonly ZipEntry[]): Promise<Buffer> {
  const all = (async function* () {
    yield* files;
  })();
  return gathered(writeZip(all, new Date("2027-01-01T00:00:00Z")));
}
