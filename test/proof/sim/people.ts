import type { Client } from "pg";

import type { Dial } from "@/test/proof/sim/channel";
import { EPOCH_MS } from "@/test/proof/sim/kernel";
import type { Price } from "@/test/proof/sim/oracle";
import type { PlannedTenant, WorldPlan } from "@/test/proof/sim/plan";
import { builders, type RateOf, type Tenancy } from "@/test/support/builders";

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
    for (const { tenant, number, did } of this.plan.phones) {
      const { extensionId } = await make.phone(this.tenancy(tenant), number, { maxCalls: 6 });
      await make.did(this.tenancy(tenant), did, extensionId);
    }
  }

  tenancy(slug: string): Tenancy {
    const found = this.#tenancies.get(slug);
    if (!found) throw new Error(`no tenant ${slug}`);
    return found;
  }

  /** The plan that this buyer's prices come from; with two plans, the other one would cost far more. */
  async #priceList(seller: Tenancy, buyer: PlannedTenant): Promise<string> {
    const { rates, hours, markup } = buyer;
    const own = markup && rates.length === 0 ? undefined : await this.#ratesOf(seller, buyer);
    const plan = markup === undefined ? own : await this.#markupOn(seller, buyer, own);
    if (plan === undefined) throw new Error(`${buyer.slug} has no plan`);
    if (own !== undefined && hours) {
      await this.#make.sql("UPDATE plan SET time_zone = $2 WHERE id = $1", [own, hours.zone]);
      const within = `{[${hours.fromMinute},${hours.untilMinute})}`;
      await this.#make.setRate(seller, own, "4930", rateOf(hours.price), { hours: within });
    }
    if (!buyer.twoPlans) return plan;
    const dear = await this.#make.plan(seller, { "49301": { perMinute: 900_000_000n } }, { slice: buyer.sliceSeconds });
    await this.#make.sql("INSERT INTO tenant_plan (tenant_id, priority, plan_id) VALUES ($1, 5, $2)", [
      this.tenancy(buyer.slug).tenantId,
      plan,
    ]);
    return dear;
  }

  async #ratesOf(seller: Tenancy, buyer: PlannedTenant): Promise<string> {
    const plan = await this.#make.plan(seller, {}, { slice: buyer.sliceSeconds });
    for (const [index, { fromMs, price }] of buyer.rates.entries()) {
      const until = buyer.rates[index + 1]?.fromMs;
      const valid = `[${new Date(fromMs).toISOString()},${until === undefined ? "" : new Date(until).toISOString()})`;
      await this.#make.setRate(seller, plan, "4930", rateOf(price), { valid });
    }
    if (buyer.inboundRate)
      await this.#make.setRate(seller, plan, "4940", { ...rateOf(buyer.inboundRate), direction: "in" });
    return plan;
  }

  /** On the plan that is given, or on whatever the seller pays. A price of its own for fewer digits counts for nothing. */
  async #markupOn(seller: Tenancy, buyer: PlannedTenant, base: string | undefined): Promise<string> {
    const plan = await this.#make.plan(seller, { "49": { perMinute: 900_000_000n } }, { slice: buyer.sliceSeconds });
    const { factorPpm = 0, perMinuteFee, callFee, floorPerMinute } = buyer.markup ?? {};
    await this.#make.sql(
      `UPDATE plan SET kind = 'markup', base_plan_id = $2, factor_ppm = $3, per_minute_fee_micros = $4, call_fee_micros = $5, floor_per_minute_micros = $6
       WHERE id = $1`,
      [plan, base ?? null, factorPpm, perMinuteFee, callFee, floorPerMinute],
    );
    return plan;
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

const rateOf = ({ steps, max, ...price }: Price): RateOf => ({
  ...price,
  ...(max !== undefined && { max }),
  ...(steps.length > 0 && {
    steps: steps.map(({ from, perMinute, increment }) => [from, perMinute, increment] as const),
  }),
});

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

/** Those of them who pay for this call: from outside, who has a price for that. */
export const payersOf = (plan: WorldPlan, { endpoint, way }: Dial): PlannedTenant[] =>
  chainOf(plan, endpoint).filter(({ inbound }) => way === "out" || inbound !== undefined);

/** What this tenant buys for, for a call that was answered then. */
export function priceAt(tenant: PlannedTenant, way: Dial["way"], atMs: number): Price {
  if (way === "in" && tenant.inbound) return tenant.inbound;
  const valid = tenant.prices.findLast(({ fromMs }) => fromMs <= atMs) ?? tenant.prices[0];
  if (!valid) throw new Error(`${tenant.slug} has no price at ${atMs - EPOCH_MS}`);
  return valid.price;
}
