import { getOwnPlan } from "@/server/domain/rating/plans";
import type { RerateAsked, RerateInput } from "@/server/domain/rerating/rerate.schema";
import { createTask } from "@/server/domain/tasks/tasks";
import { getTenantBelow } from "@/server/domain/tenancy/tenant-below";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

const LONGEST_DAYS = 400;

/**
 * Checks what is to be re-rated and resolves names and days to ids and moments. Wants a subtree transaction of the seller.
 * @throws DomainError invalid_input without any filter but the period, or with an empty or overlong period.
 * @throws DomainError not_below for a customer that is not directly below; not_found for a plan that is not the seller's.
 */
export async function planRerate(
  tx: TenantRead,
  sellerId: TenantId,
  asked: RerateAsked,
): Promise<Omit<RerateInput, "preview">> {
  const { buyerSlugs, prefix = null, chargedBy = null, planId } = asked;
  if (!buyerSlugs && prefix === null && chargedBy === null) {
    const sentence = "Name a customer, a prefix or a plan: re-rating everything is refused.";
    throw new DomainError("invalid_input", { field: "buyerSlugs" }, sentence);
  }
  const buyers = buyerSlugs ? await Promise.all(buyerSlugs.map((slug) => buyerBelow(tx, sellerId, slug))) : null;
  if (planId !== undefined) await getOwnPlan(tx, sellerId, planId);
  const period = await periodOf(tx, sellerId, asked);
  return { buyers, ...period, prefix, chargedBy, pricePlanId: planId ?? null };
}

async function buyerBelow(tx: TenantRead, sellerId: TenantId, slug: string): Promise<string> {
  const buyer = await getTenantBelow(tx, slug);
  if (buyer.parentId !== sellerId) throw new DomainError("not_below", { field: "buyerSlugs", slug });
  return buyer.id;
}

async function periodOf(tx: TenantRead, sellerId: TenantId, { periodFrom, periodTo }: RerateAsked) {
  const day = (text: string) => (text.length === 10 ? text : null);
  const moment = (text: string) => (text.length > 10 ? text : null);
  const [row] = await tx.$queryRaw<{ from: Date; until: Date }[]>`
    SELECT coalesce(${day(periodFrom)}::timestamp AT TIME ZONE time_zone, ${moment(periodFrom)}::timestamptz) AS "from",
      coalesce((${day(periodTo)}::timestamp + interval '1 day') AT TIME ZONE time_zone, ${moment(periodTo)}::timestamptz) AS until
    FROM tenant WHERE id = ${sellerId}::uuid`;
  if (!row) throw new DomainError("not_found");
  const { from, until } = row;
  if (from >= until) throw new DomainError("invalid_input", { field: "periodTo" }, "The period ends before it begins.");
  if (until.getTime() - from.getTime() > LONGEST_DAYS * 86_400_000) {
    throw new DomainError("invalid_input", { field: "periodTo" }, `At most ${LONGEST_DAYS} days at a time.`);
  }
  return { from: from.toISOString(), until: until.toISOString() };
}

/**
 * Queues a re-rating, or a preview of it that moves nothing, as a long job of the seller.
 * @returns the job's id.
 */
export function startRerate(
  tx: TenantWrite,
  sellerId: TenantId,
  input: RerateInput,
  createdBy: string,
): Promise<string> {
  const days = `${input.from.slice(0, 10)} to ${input.until.slice(0, 10)}`;
  const title = `${input.preview ? "Preview of a re-rating" : "Re-rating"}, calls of ${days}`;
  return createTask(tx, sellerId, { kind: "rating.rerate", title, input, createdBy });
}
