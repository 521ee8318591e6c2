import type { Context } from "@/server/api/context";
import { noteStranger } from "@/server/api/refused";
import { streamOf } from "@/server/api/stream-of";
import { change, recordRefusal } from "@/server/domain/audit/change";
import type { ExportFormat } from "@/server/domain/exports/export.schema";
import { missingFor } from "@/server/domain/exports/export-rights";
import { type ExportRow, getExport } from "@/server/domain/exports/exports";
import { exportBytes } from "@/server/domain/exports/make";
import { exportId } from "@/server/domain/exports/new-export.schema";
import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";

type Asked = Readonly<{ tenantSlug: string; exportId: string; packed: boolean; headers: Headers }>;

const plain = (sentence: string, status: number) => new Response(sentence, { status });
const NOTHING = "There is nothing here by that name, or it is not yours.";
const types = {
  csv: "text/csv; charset=utf-8",
  csv_safe: "text/csv; charset=utf-8",
  jsonl: "application/jsonl; charset=utf-8",
  pdf: "application/pdf",
} as const satisfies Record<ExportFormat, string>;

/**
 * A file that was asked for, for whoever may read what is in it at this moment; packed as gzip when that is asked for. Who
 * took it, and who was refused, is an event of the trail. Signed out 401, without the permission or asked for by another
 * site's page 403, absent and not-yours alike 404, not made yet 409, expired 410.
 */
export async function exportFile(ctx: Context, asked: Asked): Promise<Response> {
  const site = asked.headers.get("sec-fetch-site");
  if (site === "cross-site" || site === "same-site") return plain("This request came from another site.", 403);
  if (!ctx.signedIn) return plain("Sign in first.", 401);
  const { userId } = ctx.signedIn;
  const seat = await seatForStream(ctx.db, ctx.signedIn, asked.tenantSlug);
  if (seat === "factor_required") return plain("Your seat here asks for a second factor.", 403);
  const actor = { kind: "user", id: userId, userId, requestId: ctx.requestId, address: ctx.address } as const;
  if (!seat) noteStranger(ctx, actor, "file:export", asked.tenantSlug);
  if (!seat || !exportId.safeParse(asked.exportId).success) return plain(NOTHING, 404);
  const { tenantId } = seat;
  const by = { tenantId, actingTenantId: seat.actingTenantId, actor } as const;
  const read = <T>(work: Parameters<typeof readTenant<T>>[2]) => readTenant(ctx.db, { tenantId }, work);
  const file = await read((tx) => getExport(tx, tenantId, asked.exportId)).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not_found") return undefined;
    throw error;
  });
  if (!file) return plain(NOTHING, 404);
  const permission = missingFor((one) => seatAllows(seat, one), file.what);
  if (permission !== undefined) {
    await recordRefusal(
      ctx.db,
      { ...by, action: "permission.deny" },
      { subject: `export:${file.id}`, outcome: "denied", after: { permission, role: seat.role } },
    );
    return plain("Your role does not allow this.", 403);
  }
  if (file.state === "expired") return plain("This file has expired. Ask for it again.", 410);
  if (file.state !== "ready") return plain("This file is not made yet.", 409);
  await change(ctx.db, { ...by, action: "export.download" }, async () => ({
    subject: `export:${file.id}`,
    after: { what: file.what, format: file.format, lines: file.lines, sha256: file.sha256 },
    result: undefined,
  }));
  return answer(file, asked.packed, exportBytes(read, tenantId, file.id, asked.packed));
}

function answer(file: ExportRow, packed: boolean, pieces: AsyncGenerator<Buffer>): Response {
  const named = packed
    ? { "content-type": "application/gzip", "content-disposition": `attachment; filename="${file.fileName}.gz"` }
    : {
        "content-type": file.what === "everything" ? "application/zip" : types[file.format],
        "content-disposition": `attachment; filename="${file.fileName}"`,
        // What ends before this length is not the whole file; the reader's program says so.
        "content-length": String(file.bytes),
      };
  return new Response(streamOf(pieces), { headers: { ...named, "cache-control": "private, no-store, no-transform" } });
}
