import { createHash } from "node:crypto";

import type { Context } from "@/server/api/context";
import type { AuditAction } from "@/server/domain/audit/actions";
import type { Actor } from "@/server/domain/audit/change";
import { isRecorded, recordedHere } from "@/server/domain/audit/recorded";
import type { Seat } from "@/server/domain/tenancy/seats";
import { DomainError } from "@/server/kernel/errors";

export type Asked = Readonly<{
  path: string;
  type: "query" | "mutation" | "subscription";
  action?: AuditAction | undefined;
  /** What was sent: only to tell whether it is the same again. */
  sent?: unknown;
}>;

/** A short name as it may be kept: what else a stranger sends is not. */
const slugLike = (text: string) => (/^[a-z0-9-]{1,63}$/.test(text) ? text : "");

/** Somebody asked for a tenant that is none of theirs, or for none: the operator's trail tells it. */
export function noteStranger(ctx: Context, actor: Actor, subject: string, tenantSlug: string): void {
  const tenant = slugLike(tenantSlug);
  const after = { code: "not_found", ...(tenant ? { tenant } : {}) };
  const where = { homesOf: undefined };
  ctx.refusals.note({ where, actor, action: "permission.deny", subject, outcome: "denied", after, kind: tenant });
}

/** A program came with a token that is none, or none any more, or without one; nothing of its text is kept. */
export function noteWrongToken({ refusals, requestId, address }: Context, token: "unknown" | "none"): void {
  const actor = { kind: "anonymous", id: "token", requestId, address } as const;
  const what = { subject: `token:${token}`, outcome: "denied", after: { code: "unauthenticated" } } as const;
  refusals.note({ where: { homesOf: undefined }, actor, action: "access.refuse", ...what, kind: address });
}

/** What a refusal is called in the trail: by the change that was refused; what only reads has no action of its own. */
const named = (error: DomainError, { type, action }: Asked) =>
  error.code === "forbidden"
    ? ({ action: "permission.deny", outcome: "denied" } as const)
    : type === "mutation"
      ? ({ action: action ?? "access.refuse", outcome: "failed" } as const)
      : ({ action: "access.refuse", outcome: "denied" } as const);

/** Tells one missing thing from another: whoever asks for ever new ones is trying names. */
function fingerprintOf(sent: unknown): string {
  const text = JSON.stringify(sent, (_key, value) => (typeof value === "bigint" ? String(value) : value)) ?? "";
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Of what only reads, these are denials; the rest is an answer like any other. */
const deniesReading: ReadonlySet<string> = new Set(["forbidden", "not_found", "factor_required"]);

/**
 * Leaves an event of a refusal: who, what they asked for and the code, and nothing of what they sent. In the trail of the
 * tenant acted on; else of each that the person has a seat on, and of the operator for somebody without.
 */
export function noteRefusal(
  ctx: Pick<Context, "refusals">,
  asked: Asked,
  error: unknown,
  by: Readonly<{ actor: Actor; seat?: Seat }>,
): void {
  if (!(error instanceof DomainError) || isRecorded(error)) return;
  recordedHere(error);
  if (asked.type !== "mutation" && !deniesReading.has(error.code)) return;
  const { actor, seat } = by;
  const where = seat ? { tenantId: seat.tenantId, actingTenantId: seat.actingTenantId } : { homesOf: actor.userId };
  const subject = `procedure:${asked.path}`;
  const kind = error.code === "not_found" ? `not_found ${fingerprintOf(asked.sent)}` : error.code;
  ctx.refusals.note({ where, actor, ...named(error, asked), subject, after: { code: error.code }, kind });
}
