import { sha256Of } from "@/server/domain/evidence/chain.rules";
import { type Manifest, manifestSchema } from "@/server/domain/evidence/evidence.schema";
import { findSnapshot, itemsOfSnapshot, jsonOf, type ToExport } from "@/server/domain/evidence/snapshots";
import { manifestProblems } from "@/server/domain/evidence/verify";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

type Read = <T>(work: (tx: TenantRead) => Promise<T>) => Promise<T>;
type Sealed = { number: number; sha256: string; id: string };

export type StoredCheck = {
  readonly ok: boolean;
  readonly snapshots: number;
  readonly problems: readonly string[];
};

/**
 * Walks all evidence of a tenant: every item against its hash, every chain, every snapshot against the one before, and all
 * against what the audit trail says was taken. An edit, a deletion, a swap and a reordering are found; whoever also rewrites
 * the audit trail is found by its own check, against a file outside.
 * @param read runs one short read.
 */
export async function checkStored(read: Read, tenantId: TenantId): Promise<StoredCheck> {
  const { rows, taken, letGo } = await read(async (tx) => ({
    rows: await tx.evidenceSnapshot.findMany({
      where: { tenantId },
      orderBy: { number: "asc" },
      select: { number: true },
    }),
    taken: await sealedOf(tx, tenantId, "evidence.take"),
    letGo: new Set((await sealedOf(tx, tenantId, "evidence.forget")).map(({ number }) => number)),
  }));
  const problems: string[] = [];
  const there = new Set(rows.map(({ number }) => number));
  for (const { number } of taken) {
    if (!there.has(number) && !letGo.has(number))
      problems.push(`Snapshot ${number} is gone; the audit trail knows it.`);
  }
  let before: Readonly<{ number: number; sha256: string }> | undefined;
  for (const { number } of rows) {
    const snapshot = await read((tx) => findSnapshot(tx, tenantId, number));
    const said = taken.find((one) => one.number === number);
    problems.push(
      ...(await problemsOf(read, tenantId, snapshot, { before, said, letGo })).map(
        (what) => `Snapshot ${number}: ${what}`,
      ),
    );
    before = { number, sha256: snapshot.sha256 };
  }
  return { ok: problems.length === 0, snapshots: rows.length, problems };
}

/** What the trail says of snapshots that were taken, or that retention let go. */
const sealedOf = (tx: TenantRead, tenantId: TenantId, action: "evidence.take" | "evidence.forget") =>
  tx.$queryRaw<Sealed[]>`
    SELECT DISTINCT ON ((after ->> 'snapshot')::int) (after ->> 'snapshot')::int AS number, after ->> 'sha256' AS sha256, substr(subject, 10) AS id
    FROM audit_event WHERE tenant_id = ${tenantId}::uuid AND action = ${action} AND outcome = 'ok' ORDER BY (after ->> 'snapshot')::int, seq`;

type Around = Readonly<{
  before: Readonly<{ number: number; sha256: string }> | undefined;
  said: Sealed | undefined;
  letGo: ReadonlySet<number>;
}>;

async function problemsOf(
  read: Read,
  tenantId: TenantId,
  snapshot: ToExport,
  { before, said, letGo }: Around,
): Promise<string[]> {
  const manifest = manifestSchema.safeParse(jsonOf(snapshot.manifest)).data;
  if (!manifest) return ["its manifest cannot be read."];
  const problems: string[] = [];
  if (sha256Of(snapshot.manifest) !== snapshot.sha256) problems.push("its manifest was changed.");
  if (said === undefined) problems.push("the audit trail knows nothing of it.");
  else if (said.sha256 !== snapshot.sha256 || said.id !== snapshot.id)
    problems.push("it is not the one that the audit trail knows.");
  if (manifest.snapshot.number !== snapshot.number || manifest.snapshot.id !== snapshot.id) {
    problems.push("its manifest belongs to another one.");
  }
  if (manifest.previous?.number === before?.number) {
    if (manifest.previous?.manifestSha256 !== before?.sha256) problems.push("it is not chained to the one before.");
  } else if (!letGo.has(manifest.previous?.number ?? 0))
    problems.push("the one before it is gone, or was never its own.");
  return [...problems, ...(await itemProblems(read, tenantId, snapshot, manifest))];
}

async function itemProblems(read: Read, tenantId: TenantId, { id }: ToExport, manifest: Manifest): Promise<string[]> {
  const items = await read((tx) => itemsOfSnapshot(tx, tenantId, id));
  const hashes = new Map(items.flatMap(({ name, content }) => (content ? [[name, sha256Of(content)] as const] : [])));
  const problems = items
    .filter(({ name }, n) => name !== manifest.items[n]?.name)
    .map(({ name }) => `${name} stands in the place of another item.`);
  return [...problems, ...manifestProblems(manifest, hashes)];
}

export type Agreement = "same" | "other" | "unknown";

/** Whether the audit trail in the database knows a ZIP's manifest: "other" when it knows that snapshot with another hash. */
export async function agreesWithTrail(
  tx: TenantRead,
  tenantId: TenantId,
  { number, sha256 }: Readonly<{ number: number; sha256: string }>,
): Promise<Agreement> {
  const said = (await sealedOf(tx, tenantId, "evidence.take")).find((one) => one.number === number);
  return said === undefined ? "unknown" : said.sha256 === sha256 ? "same" : "other";
}

/**
 * Whether a copy of the trail outside, JSON lines as the workers or `audit export` write them, knows a ZIP's manifest.
 * @param lines those of the file; what is no event of evidence is passed over.
 */
export async function agreesWithCopy(
  lines: AsyncIterable<string>,
  { id, sha256 }: Readonly<{ id: string; sha256: string }>,
): Promise<Agreement> {
  let found: Agreement = "unknown";
  for await (const line of lines) {
    if (!line.includes(id)) continue;
    const event = jsonOf(line) as { action?: unknown; subject?: unknown; after?: { sha256?: unknown } } | undefined;
    if (event?.action !== "evidence.take" || event.subject !== `evidence:${id}`) continue;
    if (event.after?.sha256 !== sha256) return "other";
    found = "same";
  }
  return found;
}
