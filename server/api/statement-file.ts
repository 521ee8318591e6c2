import type { Context } from "@/server/api/context";
import { trpcCodeOf } from "@/server/api/error-map";
import { noteStranger } from "@/server/api/refused";
import { streamOf } from "@/server/api/stream-of";
import { csvToGive, pdfToGive } from "@/server/domain/statements/seal";
import { statementFormats, statementNumberSchema } from "@/server/domain/statements/statement.schema";
import { findByNumber, type Statement } from "@/server/domain/statements/statements";
import { seatAllows, seatForStream } from "@/server/domain/tenancy/seats";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";

type Asked = Readonly<{ tenantSlug: string; number: string; format: string }>;
const isFormat = (text: string): text is (typeof statementFormats)[number] =>
  (statementFormats as readonly string[]).includes(text);

const plain = (sentence: string, status: number) => new Response(sentence, { status });
const NOTHING = "There is nothing here by that name, or it is not yours.";

/**
 * One of the two files of a statement, for whoever may read the tenant's balance. Signed out 401, without the permission
 * 403; absent and not-yours alike 404; 412 for a file that is being made, or is not the one that was issued.
 */
export async function statementFile(ctx: Context, { tenantSlug, number, format }: Asked): Promise<Response> {
  if (!ctx.signedIn) return plain("Sign in first.", 401);
  const { userId } = ctx.signedIn;
  const actor = { kind: "user", id: userId, userId, requestId: ctx.requestId, address: ctx.address } as const;
  const seat = await seatForStream(ctx.db, ctx.signedIn, tenantSlug);
  if (seat === "factor_required") return plain("Your seat here asks for a second factor.", 403);
  if (!seat) noteStranger(ctx, actor, "file:statement", tenantSlug);
  if (!seat || !isFormat(format) || !statementNumberSchema.safeParse(number).success) return plain(NOTHING, 404);
  const { tenantId, actingTenantId, role } = seat;
  if (!seatAllows(seat, "balance.read")) {
    const permission = "balance.read";
    const what = { subject: `file:statement.${number}`, outcome: "denied", after: { permission, role } } as const;
    ctx.refusals.note({
      where: { tenantId, actingTenantId },
      actor,
      action: "permission.deny",
      ...what,
      kind: permission,
    });
    return plain("Your role does not allow this.", 403);
  }
  try {
    const [statement] = await readTenant(ctx.db, { tenantId }, (tx) => findByNumber(tx, number, tenantId));
    if (!statement) return plain(NOTHING, 404);
    return await answer(ctx, statement, format);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (trpcCodeOf[error.code] === "NOT_FOUND") return plain(NOTHING, 404);
    ctx.log.warn({ ...error.detail, sentence: error.sentence }, "a statement was not given out");
    return plain(error.sentence, 412);
  }
}

async function answer(ctx: Context, statement: Statement, format: "pdf" | "csv"): Promise<Response> {
  if (!statement.seal) throw new DomainError("invalid_state", {}, "Its files are being made; try again in a moment.");
  const bytes = format === "pdf" ? statement.seal.pdfBytes : statement.seal.csvBytes;
  const body =
    format === "pdf" ? Uint8Array.from(await pdfToGive(ctx.db, statement)) : streamOf(csvToGive(ctx.db, statement));
  return new Response(body, {
    headers: {
      "content-type": format === "pdf" ? "application/pdf" : "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="statement-${statement.number}.${format}"`,
      // What ends before this length was not the table that was issued; the reader's program says so.
      "content-length": String(bytes),
      "cache-control": "private, no-store, no-transform",
    },
  });
}
