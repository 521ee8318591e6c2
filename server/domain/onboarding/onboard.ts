import { type Payer, topUp } from "@/server/domain/billing/movements";
import { setLimits } from "@/server/domain/limits/limits";
import { limitPresets } from "@/server/domain/onboarding/limit-preset-kinds.schema";
import type { Onboarding } from "@/server/domain/onboarding/onboard.schema";
import { createExtension, type NewPhone } from "@/server/domain/provisioning/extensions";
import { emergencyNumbersOf } from "@/server/domain/rating/emergency.rules";
import { invite } from "@/server/domain/tenancy/invitations";
import { createTenant } from "@/server/domain/tenancy/tenants";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { TenantId } from "@/server/kernel/ids";

export type Onboarded = {
  readonly tenantId: TenantId;
  readonly extension: NewPhone;
  /** The only clear copy there will ever be. */
  readonly invitationToken: string;
};

/** Numbers for the first phone, in order of preference; a country may keep one of them for an emergency service. */
const FIRST_NUMBERS = ["101", "201", "2001"] as const;

/**
 * Makes a customer or reseller live in one transaction: tenant, wallet, home country, initial credit, limits, first extension
 * and the invitation of its owner. All of it happens or none. The transaction acts for the payer and moves to the new tenant.
 * Locks both wallets when credit moves. A repeat is refused, because the short name is taken then.
 * @param actor who is written into the ledger: "user:…" or "cli:…".
 * @throws DomainError slug_taken, invalid_input, not_found, currency_mismatch, invalid_state as createTenant does.
 * @throws DomainError insufficient_funds when the payer's own credit is not enough for the initial credit.
 */
export async function onboard(tx: TenantWrite, payer: Payer, form: Onboarding, actor: string): Promise<Onboarded> {
  const tenantId = await createTenant(tx, payer.tenantId, form);
  if (form.initialCredit > 0n) {
    const movement = { amount: form.initialCredit, postingKey: `onboard:${tenantId}`, memo: "Initial credit" };
    await topUp(tx, payer, { tenantId, currency: form.currency }, movement, actor);
  }
  const limits = form.limits && limitPresets[form.limits];
  if (limits) await setLimits(tx, tenantId, limits);
  await tx.$queryRaw`SELECT act_below(${tenantId}::uuid)::text`;
  // The tighter of what is allowed from above and what the tenant wishes itself counts: it begins without a wish, or it would
  // stay at the usual figures whatever the one above allows, now or later.
  if (limits) await setLimits(tx, tenantId, { maxCalls: null, maxCallsPerMinute: null });
  const reserved = emergencyNumbersOf(form.country);
  const number = FIRST_NUMBERS.find((candidate) => !reserved.includes(candidate)) ?? "3001";
  const extension = await createExtension(tx, tenantId, { number, displayName: "First phone" });
  const { token } = await invite(tx, tenantId, { email: form.adminEmail, role: "owner" });
  return { tenantId, extension, invitationToken: token };
}
