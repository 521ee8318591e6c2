import type { Context } from "@/server/api/context";
import { noteStranger } from "@/server/api/refused";
import { streamOf } from "@/server/api/stream-of";
import { change, recordRefusal } from "@/server/domain/audit/change";
import { filterValues, trailFilterSchema, trailFormats } from "@/server/domain/audit/trail.schema";
import { trailFile } from "@/server/domain/audit/trail-file";
import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { readTenant } from "@/server/infra/db/read-tenant";

type Asked = Readonly<{ tenantSlug: string; format: string; search: URLSearchParams }>;
const isFormat = (text: string): text is (typeof trailFormats)[number] =>
  (trailFormats as readonly string[]).includes(text);

const plain = (sentence: string, status: number) => new Response(sentence, { status });
const types = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" } as const;

/**
 * A tenant's trail as a file, for whoever may read it, with the filter of the page. That it was taken is an event of the
 * same trail. Signed out 401, without the permission 403, absent and not-yours alike 404, a filter that is none 400.
 */
export async function auditFile(ctx: Context, { tenantSlug, format, search }: Asked): Promise<Response> {
  if (!ctx.signedIn) return plain("Sign in first.", 401);
  const { userId } = ctx.signedIn;
  const seat = await seatForStream(ctx.db, ctx.signedIn, tenantSlug);
  if (seat === "factor_required") return plain("Your seat here asks for a second factor.", 403);
  const actor = { kind: "user", id: userId, userId, requestId: ctx.requestId, address: ctx.address } as const;
  if (!seat) noteStranger(ctx, actor, "file:audit", tenantSlug);
  if (!seat || !isFormat(format)) return plain("There is nothing here by that name, or it is not yours.", 404);
  const by = { tenantId: seat.tenantId, actingTenantId: seat.actingTenantId, actor } as const;
  if (!seatAllows(seat, "audit.read")) {
    const after = { permission: "audit.read", role: seat.role };
    await recordRefusal(
      ctx.db,
      { ...by, action: "permission.deny" },
      { subject: `file:audit.${format}`, outcome: "denied", after },
    );
    return plain("Your role does not allow this.", 403);
  }
  const filter = trailFilterSchema.safeParse(Object.fromEntries([...search].filter(([, value]) => value !== "")));
  if (!filter.success) return plain(filter.error.issues[0]?.message ?? "This filter is none.", 400);
  await change(ctx.db, { ...by, action: "audit.export" }, async () => ({
    subject: `audit:${seat.tenantId}`,
    after: { format, ...filterValues(filter.data) },
    result: undefined,
  }));
  const read = <T>(work: Parameters<typeof readTenant<T>>[2]) => readTenant(ctx.db, { tenantId: seat.tenantId }, work);
  const pieces = trailFile(read, seat.tenantId, format, filter.data);
  return new Response(streamOf(pieces), {
    headers: {
      "content-type": types[format],
      "content-disposition": `attachment; filename="audit-${tenantSlug}.${format}"`,
      "cache-control": "private, no-store",
    },
  });
}
