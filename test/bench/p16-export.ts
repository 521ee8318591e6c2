import { randomUUID } from "node:crypto";
import { change } from "@/server/domain/audit/change";
import { createExport } from "@/server/domain/exports/exports";
import { makeExport } from "@/server/domain/exports/make";
import { connectDb } from "@/server/infra/db/client";
import { createPool } from "@/server/infra/db/pool";
import type { TenantId } from "@/server/kernel/ids";
import { builders } from "@/test/support/builders";
import { manyCalls } from "@/test/support/export-desk";
import { benchDatabase } from "./database";
import { type Figure, round } from "./figure";

const CALLS = 1_000_000;
const ANCHOR_CALLS = 20_000;

/** P16, the half about files: a million calls as CSV, stored and durable. Anchor: an ORM that reads page by page. */
export async function exporting(): Promise<Figure[]> {
  const db = await benchDatabase();
  const [orm, pool] = [connectDb(db.appUrl, 4), createPool(db.appUrl, () => {}, 4)];
  try {
    const operator = { tenantId: db.operatorId, slug: "operator" };
    const of = await builders(db).tenant("customer", operator);
    await manyCalls(db, of, CALLS);
    await db.owner.query("VACUUM ANALYZE call");
    const tenantId = of.tenantId as TenantId;
    const anchor = await ormSeconds(orm, tenantId);
    const actor = { kind: "job", id: "bench", requestId: randomUUID() } as const;
    const asked = await change(orm, { tenantId, actor, action: "export.create" }, async (tx) => ({
      subject: "bench",
      result: await createExport(
        tx,
        tenantId,
        { what: "calls", filter: {}, format: "csv", timeZone: "Europe/Berlin", decimals: "point" },
        "bench",
      ),
    }));
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 50);
    const began = performance.now();
    const report = async () => {};
    const { lines, bytes } = await makeExport({
      db: orm,
      pool,
      tenantId,
      exportId: asked.id,
      actor,
      keepDays: 7,
      report,
    });
    const took = (performance.now() - began) / 1_000;
    clearInterval(watch);
    const grown = (most - before) / 1_048_576;
    return [
      {
        id: "P16",
        what: `export ${lines} calls as CSV, ${round(bytes / 1_048_576)} MB`,
        measured: round(took),
        unit: "s",
        reach: "≤ 60 s",
        reached: took <= 60 && lines === CALLS,
        anchor: `ORM, page by page: ${round((anchor * CALLS) / ANCHOR_CALLS)} s, from ${ANCHOR_CALLS} calls`,
      },
      {
        id: "P16",
        what: "memory that the export grew by",
        measured: round(grown),
        unit: "MB",
        reach: "≤ 200 MB",
        reached: grown <= 200,
      },
    ];
  } finally {
    await Promise.all([orm.$disconnect(), pool.close()]);
    await db.stop();
  }
}

/** The plain way: pages of objects by an offset, each made a line. */
async function ormSeconds(orm: ReturnType<typeof connectDb>, tenantId: TenantId): Promise<number> {
  const began = performance.now();
  await orm.$transaction(
    async (tx) => {
      await tx.$queryRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
      for (let skip = 0; skip < ANCHOR_CALLS; skip += 1_000) {
        const rows = await tx.call.findMany({
          where: { tenantId },
          orderBy: [{ startedAt: "asc" }, { id: "asc" }],
          skip,
          take: 1_000,
        });
        rows.map((row) => Object.values(row).join(","));
      }
    },
    { timeout: 120_000 },
  );
  return (performance.now() - began) / 1_000;
}
