import { z } from "zod";
import { topUp } from "@/server/domain/billing/movements";
import { checkInitialCredit } from "@/server/domain/billing/top-up-approval";
import { amountSchema, currencySchema } from "@/server/domain/rating/amount.schema";
import { assignPlan } from "@/server/domain/rating/plans";
import { countrySchema, slugSchema, tenantNameSchema, timeZoneSchema } from "@/server/domain/tenancy/tenant.schema";
import { forTenantBelow, makeReseller, type TenantBelow } from "@/server/domain/tenancy/tenant-below";
import { createTenant } from "@/server/domain/tenancy/tenants";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import type { Command } from "../command";
import type { Desk } from "../desk";
import { planFor } from "../plan-named";

const schema = z.object({
  name: tenantNameSchema,
  slug: slugSchema,
  country: countrySchema,
  currency: currencySchema,
  timeZone: timeZoneSchema,
  credit: amountSchema.optional(),
});

export const tenantCreate: Command = {
  summary: "Makes a tenant with its wallet and its home country open. Credit comes from a reseller's own wallet.",
  options: {
    name: { value: "text", about: "what the company calls itself", required: true },
    slug: { value: "word", about: "short name in addresses and SIP user names", required: true },
    parent: {
      value: "slug",
      about: "the tenant above it; the operator when left out. A customer becomes a reseller by this.",
    },
    country: {
      value: "DE",
      about: "home country: sets the dialling rules, the one country open at first",
      fallback: "DE",
    },
    currency: { value: "EUR", about: "currency of its wallet", fallback: "EUR" },
    plan: { value: "name", about: "the plan it buys under, of a tenant above it" },
    credit: { value: "10.00", about: "initial credit" },
    "time-zone": { value: "name", about: "whose days its caps count", fallback: "UTC" },
    reseller: { about: "it may have tenants of its own" },
  },
  run: async (desk, given) => {
    const typed = ["name", "slug", "country", "currency", "credit"].map((name) => [name, given.text(name)] as const);
    const tenant = check(
      schema,
      { ...Object.fromEntries(typed), timeZone: given.text("time-zone") },
      { timeZone: "time-zone" },
    );
    const parent = await parentOf(desk, given.text("parent"));
    const planName = given.text("plan");
    const plan = planName === undefined ? undefined : await planFor(desk, planName, { parentId: parent.id });
    const kind = given.flag("reseller") ? "reseller" : "customer";
    const id = await desk.change(await desk.operator(), "tenant.create", async (tx) => {
      const promoted = parent.kind === "customer" && (await makeReseller(tx, parent.id));
      const payer = { tenantId: parent.id, kind: promoted ? "reseller" : parent.kind };
      const by = { actor: desk.actorName, limit: desk.place.topUpApprovalLimit };
      await checkInitialCredit(tx, payer, { amount: tenant.credit ?? 0n, currency: tenant.currency }, by);
      const made = await forTenantBelow(tx, parent.id, () =>
        createTenant(tx, parent.id, { ...tenant, kind, planId: null }),
      );
      if (plan) {
        await forTenantBelow(tx, plan.ownerId, () => assignPlan(tx, plan.ownerId, { planId: plan.id, buyerId: made }));
      }
      if (tenant.credit) {
        const movement = { amount: tenant.credit, postingKey: `onboard:${made}`, memo: "Initial credit" };
        await topUp(tx, payer, { tenantId: made, currency: tenant.currency }, movement, desk.actorName);
      }
      const { name, slug, currency, country, credit } = tenant;
      const more = promoted ? { parentBecame: "reseller" } : {};
      return {
        subject: `tenant:${made}`,
        after: {
          slug,
          name,
          kind,
          parent: parent.slug,
          currency,
          country,
          plan: plan?.name ?? null,
          initialCredit: decimalOf(credit ?? 0n),
          ...more,
        },
        alsoFor: parent.kind === "operator" ? [made] : [parent.id, made],
        result: made,
      };
    });
    for (const about of new Set<TenantId>([parent.id, id])) await desk.publish(about, ["tenants", "balance", "audit"]);
    const { credit, ...public_ } = tenant;
    const value = { id, ...public_, kind, parent: parent.slug, plan: plan?.name ?? null, creditMicros: credit ?? 0n };
    return { value, say: `Made ${kind} ${tenant.slug} below ${parent.slug}.` };
  },
};

async function parentOf(desk: Desk, slug: string | undefined): Promise<TenantBelow> {
  if (slug !== undefined) return desk.tenant(slug);
  const id = await desk.operator();
  const [operator] = await desk.read(id, (tx) =>
    tx.tenant.findMany({ where: { id }, select: { slug: true }, take: 1 }),
  );
  return desk.tenant(operator?.slug ?? "");
}
