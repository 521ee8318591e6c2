import type { Context } from "@/server/api/context";
import { noteStranger } from "@/server/api/refused";
import { streamOf } from "@/server/api/stream-of";
import { change, recordRefusal } from "@/server/domain/audit/change";
import { findSnapshot } from "@/server/domain/evidence/snapshots";
import { evidenceZip, zipName } from "@/server/domain/evidence/zip-file";
import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";

type Asked = Readonly<{ tenantSlug: string; number: string; headers: Headers }>;

const plain = (sentence: string, status: number) => new Response(sentence, { status });
const NOTHING = "There is nothing here by that name, or it is not yours.";

/**
 * A snapshot as a ZIP, for whoever may read evidence. Who took it, and who was refused, is an event of the trail. Signed out
 * 401, without the permission or asked for by another site's page 403, absent and not-yours alike 404.
 */
export async function evidenceFile(ctx: Context, { tenantSlug, number, headers }: Asked): Promise<Response> {
  const site = headers.get("sec-fetch-site");
  if (site === "cross-site" || site === "same-site") return plain("This request came from another site.", 403);
  if (!ctx.signedIn) return plain("Sign in first.", 401);
  const { userId } = ctx.signedIn;
  const seat = await seatForStream(ctx.db, ctx.signedIn, tenantSlug);
  if (seat === "factor_required") return plain("Your seat here asks for a second factor.", 403);
  const actor = { kind: "user", id: userId, userId, requestId: ctx.requestId, address: ctx.address } as const;
  if (!seat) {
    noteStranger(ctx, actor, "file:evidence", tenantSlug);
    return plain(NOTHING, 404);
  }
  const { tenantId } = seat;
  const by = { tenantId, actingTenantId: seat.actingTenantId, actor } as const;
  const refused = (permission: string, outcome: "denied" | "failed") =>
    recordRefusal(
      ctx.db,
      { ...by, action: outcome === "denied" ? "permission.deny" : "evidence.download" },
      { subject: `file:evidence.${number.slice(0, 20)}`, outcome, after: { permission, role: seat.role } },
    );
  if (!seatAllows(seat, "evidence.read")) {
    await refused("evidence.read", "denied");
    return plain("Your role does not allow this.", 403);
  }
  const read = <T>(work: Parameters<typeof readTenant<T>>[2]) => readTenant(ctx.db, { tenantId }, work);
  const wanted = /^[1-9]\d{0,8}$/.test(number) ? Number(number) : 0;
  const snapshot = await read((tx) => findSnapshot(tx, tenantId, wanted)).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "not_found") return undefined;
    throw error;
  });
  if (!snapshot) {
    await refused("evidence.read", "failed");
    return plain(NOTHING, 404);
  }
  await change(ctx.db, { ...by, action: "evidence.download" }, async () => ({
    subject: `evidence:${snapshot.id}`,
    after: { snapshot: snapshot.number, sha256: snapshot.sha256 },
    result: undefined,
  }));
  return new Response(streamOf(evidenceZip(read, tenantId, snapshot)), {
    headers: {
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${zipName(snapshot)}"`,
      "cache-control": "private, no-store",
    },
  });
}
