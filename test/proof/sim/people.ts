import type { Client } from "pg";

import { EPOCH_MS } from "@/test/proof/sim/kernel";
import type { Price } from "@/test/proof/sim/oracle";
import type { PlannedTenant, WorldPlan } from "@/test/proof/sim/plan";
import { builders, type Tenancy } from "@/test/support/builders";

/** The tenants of a world, and what people do with their money while calls go on. */
export class People {
  readonly #tenancies = new Map<string, Tenancy>();
  readonly #make;

  constructor(
    readonly owner: Client,
    readonly plan: WorldPlan,
  ) {
    this.#make = builders({ owner: { query: (text, values) => owner.query(text, values) } });
  }

  async settleIn(): Promise<void> {
    const make = this.#make;
    const operator = await make.tenant("operator", undefined, { slug: "operator" });
    this.#tenancies.set("operator", operator);
    for (const tenant of this.plan.tenants) {
      const parent = this.tenancy(tenant.parent ?? "operator");
      const made = await make.tenant(tenant.kind, parent, { slug: tenant.slug });
      this.#tenancies.set(tenant.slug, made);
      await make.assign(made, await this.#priceList(parent, tenant));
      await make.sql(
        "UPDATE tenant SET sells_below_cost = true, daily_cap_micros = $2, tax_ppm = $3, max_calls = 50 WHERE id = $1",
        [made.tenantId, tenant.dailyCap ?? null, tenant.taxPpm],
      );
      await this.#giveBundle(tenant);
      await make.sql("UPDATE wallet SET credit_limit_micros = $2 WHERE tenant_id = $1", [
        made.tenantId,
        tenant.creditLimit,
      ]);
      if (tenant.money > 0n) await make.topUp(made, tenant.money);
    }
    for (const { tenant, number } of this.plan.phones) await make.phone(this.tenancy(tenant), number, { maxCalls: 6 });
  }

  tenancy(slug: string): Tenancy {
    const found = this.#tenancies.get(slug);
    if (!found) throw new Error(`no tenant ${slug}`);
    return found;
  }

  /** The plan that this buyer's prices stand in; with two plans, the other one would cost far more. */
  async #priceList(seller: Tenancy, buyer: PlannedTenant): Promise<string> {
    const plan = await this.#make.plan(seller, {}, { slice: buyer.sliceSeconds });
    for (const [index, { fromMs, price }] of buyer.prices.entries()) {
      const until = buyer.prices[index + 1]?.fromMs;
      await this.#make.sql(
        `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, valid,
           minimum_charge_micros, free_seconds, max_charge_micros, beyond, step_from, step_per_minute, step_increment)
         VALUES ($1, $2, '4930', $3, $4, $5, $6, $7, tstzrange($8, $9), $10, $11, $12, $13, $14, $15, $16)`,
        [
          ...[seller.tenantId, plan, price.perMinute, price.fee, price.first, price.next, price.grace],
          ...[new Date(fromMs), until === undefined ? null : new Date(until)],
          ...[price.minimum, price.free, price.max ?? null, price.beyond],
          ...stepsOf(price),
        ],
      );
    }
    if (!buyer.twoPlans) return plan;
    const dear = await this.#make.plan(seller, { "49301": { perMinute: 900_000_000n } }, { slice: buyer.sliceSeconds });
    await this.#make.sql("INSERT INTO tenant_plan (tenant_id, priority, plan_id) VALUES ($1, 5, $2)", [
      this.tenancy(buyer.slug).tenantId,
      plan,
    ]);
    return dear;
  }

  async #giveBundle(to: PlannedTenant): Promise<void> {
    if (!to.bundle) return;
    const { unit, amount, secondsPerCall } = to.bundle;
    const owner = this.tenancy(to.parent ?? "operator").tenantId;
    const { id } = await this.#make.one<{ id: string }>(
      `INSERT INTO bundle (tenant_id, name, unit, amount, period, prefixes, seconds_per_call) VALUES ($1, $2, $3, $4, 'month', '{49}', $5) RETURNING id`,
      [owner, to.slug, unit, amount, secondsPerCall],
    );
    await this.#make.sql("INSERT INTO tenant_bundle (tenant_id, bundle_id, valid) VALUES ($1, $2, '[2020-01-01,)')", [
      this.tenancy(to.slug).tenantId,
      id,
    ]);
  }

  /** Positive puts money in, negative takes it out. @returns what happened, in words. */
  post(to: string, amount: bigint, key: string): Promise<string> {
    return this.#as("operator", "SELECT wallet_post($1, $2, $3, 'EUR', $4, $5, 'proof', 'proof', NULL)", [
      this.tenancy(to).tenantId,
      amount > 0n ? "top_up" : "correction",
      amount,
      key,
      amount > 0n ? "payments" : "adjustments",
    ]);
  }

  /** Between a tenant and the one above it. */
  transfer(slug: string, amount: bigint, back: boolean, key: string): Promise<string> {
    const above = this.plan.tenants.find((one) => one.slug === slug)?.parent;
    if (above === undefined) return Promise.resolve("buys from the operator");
    const [from, to] = back ? [slug, above] : [above, slug];
    return this.#as("operator", "SELECT wallet_transfer($1, $2, $3, 'EUR', $4, 'proof', 'proof')", [
      this.tenancy(from).tenantId,
      this.tenancy(to).tenantId,
      amount,
      key,
    ]);
  }

  setState(slug: string, state: "active" | "suspended"): Promise<string> {
    return this.#as("operator", "UPDATE tenant SET state = $2 WHERE id = $1", [this.tenancy(slug).tenantId, state]);
  }

  async #as(slug: string, text: string, values: unknown[]): Promise<string> {
    try {
      await this.#make.as(this.tenancy(slug).tenantId);
      await this.owner.query(text, values);
      return "done";
    } catch (error) {
      const code = (error as { code?: string }).code ?? "";
      // No money, or not that one's: an answer like another. Everything else is a fault of ours.
      if (["RF005", "RF006"].includes(code)) return `refused (${code})`;
      throw error;
    }
  }
}

const stepsOf = ({ steps }: Price) =>
  steps.length === 0
    ? [null, null, null]
    : [steps.map(({ from }) => from), steps.map(({ perMinute }) => perMinute), steps.map(({ increment }) => increment)];

/** Those who pay for a call from this endpoint: the caller's tenant first. */
export function chainOf(plan: WorldPlan, endpoint: string): PlannedTenant[] {
  const chain: PlannedTenant[] = [];
  let slug = plan.phones.find((phone) => phone.endpoint === endpoint)?.tenant;
  while (slug !== undefined) {
    const tenant = plan.tenants.find((one) => one.slug === slug);
    if (!tenant) break;
    chain.push(tenant);
    slug = tenant.parent;
  }
  return chain;
}

/** A call of a bundle of calls is free for a while and costs no fee. */
export const ofBundleOfCalls = (price: Price, tenant: PlannedTenant): Price => ({
  ...price,
  fee: 0n,
  minimum: 0n,
  free: price.free + (tenant.bundle?.secondsPerCall ?? 0),
});

/** What this tenant buys for, for a call that was answered then. */
export function priceAt(tenant: PlannedTenant, atMs: number) {
  const valid = tenant.prices.findLast(({ fromMs }) => fromMs <= atMs) ?? tenant.prices[0];
  if (!valid) throw new Error(`${tenant.slug} has no price at ${atMs - EPOCH_MS}`);
  return valid.price;
}
