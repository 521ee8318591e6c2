import { randomUUID } from "node:crypto";

import { type Actor, change } from "@/server/domain/audit/change";
import { chainOf, sha256Of } from "@/server/domain/evidence/chain.rules";
import { EVIDENCE_FORMAT, type Manifest } from "@/server/domain/evidence/evidence.schema";
import { type Asked, type ItemSource, itemSources, readItem } from "@/server/domain/evidence/items";
import { type Beside, type EvidenceScope, scopeOf } from "@/server/domain/evidence/scope";
import { addLine } from "@/server/domain/incidents/incidents";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type EvidenceDeps = Readonly<{
  db: Db;
  /** undefined where no PBX is connected: live channels are then missing, and the snapshot says so. */
  ami: AmiGateway | undefined;
  /** How long all items together may take, and the storing after it; milliseconds. */
  itemsMs?: number;
  sealMs?: number;
  mostRows?: number;
  mostBytes?: number;
}>;

export type AskedSnapshot = Readonly<{
  incidentId: string;
  /** Whoever asks again with the same key gets the same snapshot: the id of the act that needs it. */
  key: string;
  /** In a few words, for whoever reads the manifest. */
  reason: string;
  /** Who is written on it: "system", a person's id, or the account of the command line. */
  takenBy: string;
  actor: Actor;
  /** What is about to be changed, whether or not a signal named it. */
  beside?: Beside | undefined;
}>;

export type Snapshot = {
  readonly id: string;
  readonly number: number;
  /** Of the manifest, in hexadecimal; it stands in the audit trail too. */
  readonly sha256: string;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
};

const DAY_MS = 86_400_000;
const ITEMS_MS = 1_200;
const SEAL_MS = 700;
/** Of one item. What is beyond is cut, with a note. */
const MOST_ROWS = 5_000;
const MOST_BYTES = 4_000_000;

type Item = Readonly<{
  source: ItemSource;
  content: Buffer | undefined;
  rows: number;
  note: string;
  at: Date;
  tookMs: number;
}>;

/**
 * Keeps what is true now about an incident and whom it touches, before anybody changes it: within two seconds, every item
 * with its own deadline. What cannot be had in time or at all is recorded as missing with the reason, so this never holds
 * up a containment. The items are bytes with hashes, chained to each other and to the snapshot before; the hash of the
 * whole stands in the audit trail. A repeat with the same key gives the snapshot that is there.
 * @throws DomainError not_found for an incident that is none; evidence_late when it could not be stored in time: it may
 * still be stored then, and whoever contains goes on without it.
 */
export async function takeSnapshot(deps: EvidenceDeps, tenantId: TenantId, asked: AskedSnapshot): Promise<Snapshot> {
  const { db, itemsMs = ITEMS_MS, sealMs = SEAL_MS } = deps;
  const endsAt = Date.now() + itemsMs;
  const late = () => new DomainError("evidence_late", { incidentId: asked.incidentId });
  const { scope, before } = await within(itemsMs + sealMs, late, prepare(db, tenantId, asked));
  if (before) return before;
  const takenAt = new Date();
  const items = await collect(deps, tenantId, scope, { takenAt, endsAt });
  return within(endsAt + sealMs - Date.now(), late, seal(db, tenantId, asked, { scope, items, takenAt }));
}

async function prepare(db: Db, tenantId: TenantId, { incidentId, key, beside }: AskedSnapshot) {
  return readTenant(db, { tenantId, subtree: true }, async (tx) => ({
    before: await findByKey(tx, tenantId, key),
    scope: await scopeOf(tx, tenantId, incidentId, beside),
  }));
}

/** The rest goes on behind the back of whoever no longer waits; how it ends is nobody's error then. */
function within<T>(ms: number, late: () => Error, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, ms));
  });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}

class TooLate extends Error {}

type When = Readonly<{ takenAt: Date; endsAt: number }>;

function collect(
  deps: EvidenceDeps,
  tenantId: TenantId,
  scope: EvidenceScope,
  { takenAt, endsAt }: When,
): Promise<Item[]> {
  const { db, ami, mostRows = MOST_ROWS, mostBytes = MOST_BYTES } = deps;
  const asked: Asked = { tenantId, scope, since: new Date(takenAt.getTime() - DAY_MS), mostRows };
  const one = async (source: ItemSource): Promise<Item> => {
    const startedAt = Date.now();
    const deadlineMs = Math.max(1, endsAt - startedAt);
    const done = (rest: Pick<Item, "content" | "rows" | "note">): Item => {
      return { source, ...rest, at: new Date(), tookMs: Date.now() - startedAt };
    };
    const scopeOfReads = { tenantId, subtree: true, patienceMs: deadlineMs };
    const read = <T>(work: (tx: TenantRead) => Promise<T>) => readTenant(db, scopeOfReads, work);
    try {
      const lines = await within(
        deadlineMs,
        () => new TooLate(),
        readItem(source, asked, { ami, read }, { deadlineMs, mostRows }),
      );
      return done(bounded(lines, mostRows, mostBytes));
    } catch (error) {
      return done({ content: undefined, rows: 0, note: whyMissing(error, deadlineMs) });
    }
  };
  return Promise.all(itemSources.map(one));
}

/** The newest lines come first, so what is cut is what is oldest. */
function bounded(
  lines: readonly string[],
  mostRows: number,
  mostBytes: number,
): Pick<Item, "content" | "rows" | "note"> {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines.slice(0, mostRows)) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > mostBytes) break;
    kept.push(`${line}\n`);
  }
  const note = kept.length < lines.length ? `Cut: the first ${kept.length} rows; there are more.` : "";
  return { content: Buffer.from(kept.join("")), rows: kept.length, note };
}

function whyMissing(error: unknown, deadlineMs: number): string {
  if (error instanceof DomainError) {
    const why = error.detail["reason"];
    return `Missing: ${error.sentence}${why === undefined ? "" : ` (${why})`}`;
  }
  const slow = error instanceof TooLate || /statement timeout|57014|P2028|expired transaction/i.test(String(error));
  return slow ? `Missing: it was not ready after ${deadlineMs} ms.` : "Missing: the database could not answer.";
}

type Kept = Readonly<{ scope: EvidenceScope; items: readonly Item[]; takenAt: Date }>;

function seal(db: Db, tenantId: TenantId, asked: AskedSnapshot, { scope, items, takenAt }: Kept): Promise<Snapshot> {
  return change(db, { tenantId, actor: asked.actor, action: "evidence.take" }, async (tx) => {
    // One chain per tenant: whoever comes second is chained to the first.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('evidence:' || ${tenantId}::text, 0))`;
    const twin = await findByKey(tx, tenantId, asked.key);
    if (twin) return { ...recorded(twin, asked), result: twin };
    const previous = await tx.evidenceSnapshot.findFirst({
      where: { tenantId },
      orderBy: { number: "desc" },
      select: { number: true, manifestSha256: true },
    });
    const manifest = manifestOf(tenantId, asked, { scope, items, takenAt }, previous);
    const snapshot = await store(tx, tenantId, asked, { manifest, items, scope, takenAt });
    await addLine(tx, tenantId, asked.incidentId, asked.takenBy, {
      kind: "evidence",
      body: asked.reason,
      detail: {
        snapshot: snapshot.number,
        items: items.length,
        missing: snapshot.missing.length,
        sha256: snapshot.sha256,
      },
    });
    return { ...recorded(snapshot, asked), result: snapshot };
  });
}

/** The head of the chain is in the trail as well: who owns the table of evidence does not own the other one's copies. */
const recorded = ({ id, number, sha256, missing }: Snapshot, { incidentId, takenBy }: AskedSnapshot) => ({
  subject: `evidence:${id}`,
  after: { snapshot: number, incidentId, sha256, missing: missing.length, takenBy },
});

type Previous = Readonly<{ number: number; manifestSha256: Uint8Array }> | null;

function manifestOf(tenantId: TenantId, asked: AskedSnapshot, kept: Kept, previous: Previous): Manifest {
  const { scope, items, takenAt } = kept;
  const before = previous && {
    number: previous.number,
    manifestSha256: Buffer.from(previous.manifestSha256).toString("hex"),
  };
  const hashed = items.map((item) => ({
    name: item.source.name,
    sha256: item.content ? sha256Of(item.content) : null,
    note: item.note,
  }));
  const chain = chainOf(before?.manifestSha256, hashed);
  return {
    format: EVIDENCE_FORMAT,
    tenant: { id: tenantId, slug: scope.slug },
    snapshot: {
      id: randomUUID(),
      number: (previous?.number ?? 0) + 1,
      takenAt: takenAt.toISOString(),
      takenBy: asked.takenBy,
      reason: asked.reason,
    },
    incident: scope.incident,
    previous: before,
    items: items.map(({ source, content, rows, at, tookMs }, n) => ({
      name: source.name,
      about: source.about,
      at: at.toISOString(),
      tookMs,
      chain: chain[n] ?? "",
      rows: content ? rows : null,
      bytes: content ? content.length : null,
      sha256: hashed[n]?.sha256 ?? null,
      note: hashed[n]?.note ?? "",
    })),
    chainHead: chain.at(-1) ?? "",
  };
}

type Stored = Readonly<{ manifest: Manifest; items: readonly Item[]; scope: EvidenceScope; takenAt: Date }>;

async function store(
  tx: TenantWrite,
  tenantId: TenantId,
  asked: AskedSnapshot,
  { manifest, items, scope, takenAt }: Stored,
): Promise<Snapshot> {
  const { id, number } = manifest.snapshot;
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const sha256 = sha256Of(text);
  const missing = manifest.items.filter((item) => item.sha256 === null);
  const bytes = items.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  await tx.$executeRaw`
    INSERT INTO evidence_snapshot (tenant_id, id, number, incident_id, ask_key, reason, taken_by, taken_at, tenants, items, missing, bytes, manifest,
      manifest_sha256)
    VALUES (${tenantId}::uuid, ${id}::uuid, ${number}, ${asked.incidentId}::uuid, ${asked.key}, ${asked.reason}, ${asked.takenBy}, ${takenAt}::timestamptz,
      ${[...scope.tenantIds]}::uuid[], ${items.length}, ${missing.length}, ${bytes}, ${text}, ${Uint8Array.from(Buffer.from(sha256, "hex"))})`;
  for (const [position, { content }] of items.entries()) {
    const item = manifest.items[position];
    await tx.$executeRaw`
      INSERT INTO evidence_item (tenant_id, snapshot_id, position, name, content, sha256, note)
      VALUES (${tenantId}::uuid, ${id}::uuid, ${position + 1}, ${item?.name}, ${content ? Uint8Array.from(content) : null},
        ${item?.sha256 ? Uint8Array.from(Buffer.from(item.sha256, "hex")) : null}, ${item?.note})`;
  }
  return { id, number, sha256, missing: missing.map(({ name, note }) => ({ name, reason: note })) };
}

/** The snapshot that was taken under a key; undefined when there is none yet. */
export async function findByKey(tx: TenantRead, tenantId: TenantId, key: string): Promise<Snapshot | undefined> {
  const row = await tx.evidenceSnapshot.findUnique({
    where: { tenantId_askKey: { tenantId, askKey: key } },
    select: { id: true, number: true, manifestSha256: true },
  });
  if (!row) return undefined;
  const missing = await tx.evidenceItem.findMany({
    where: { tenantId, snapshotId: row.id, content: null },
    orderBy: { position: "asc" },
    select: { name: true, note: true },
  });
  return {
    id: row.id,
    number: row.number,
    sha256: Buffer.from(row.manifestSha256).toString("hex"),
    missing: missing.map(({ name, note }) => ({ name, reason: note })),
  };
}
