import { randomUUID } from "node:crypto";

/** What a rate costs, in micros per minute and seconds, as the worked examples write it. */
export type RateOf = {
  perMinute: bigint;
  fee?: bigint;
  first?: number;
  next?: number;
  grace?: number;
  free?: number;
  minimum?: bigint;
  max?: bigint;
  beyond?: "cut" | "free";
  steps?: readonly (readonly [from: number, perMinute: bigint, increment: number])[];
  direction?: "out" | "in";
};

export type Tenancy = { tenantId: string; slug: string };
export type Phone = { extensionId: string; endpoint: string };

export type Sql = { query: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }> };

/**
 * Puts tenants, wallets, prices and phones straight into the database, past the portal, so that a test of money does not
 * depend on a page. The ledger is written as the product writes it: through its functions.
 */
export function builders(db: { readonly owner: Sql }) {
  const sql = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await db.owner.query(text, values)).rows as Row[];
  const one = async <Row>(text: string, values: unknown[] = []): Promise<Row> => {
    const [row] = await sql<Row>(text, values);
    if (!row) throw new Error(`no row from ${text}`);
    return row;
  };
  const as = (tenantId: string) => sql("SELECT set_config('app.tenant_id', $1, false)", [tenantId]);

  async function tenant(
    kind: "operator" | "reseller" | "customer",
    parent?: Tenancy,
    options: { slug?: string; currency?: string; country?: string } = {},
  ): Promise<Tenancy> {
    const slug = options.slug ?? `t${randomUUID().slice(0, 8)}`;
    await as(parent?.tenantId ?? "");
    const { id } = await one<{ id: string }>("SELECT tenant_create($1, $1, $2, $3, 'UTC', $4, NULL) AS id", [
      slug,
      kind,
      options.currency ?? "EUR",
      options.country ?? "DE",
    ]);
    return { tenantId: id, slug };
  }

  async function plan(
    owner: Tenancy,
    rates: Record<string, RateOf>,
    options: { slice?: number; currency?: string } = {},
  ): Promise<string> {
    const { id } = await one<{ id: string }>(
      "INSERT INTO plan (tenant_id, name, currency, slice_seconds) VALUES ($1, $2, $3, $4) RETURNING id",
      [owner.tenantId, randomUUID(), options.currency ?? "EUR", options.slice ?? 300],
    );
    for (const [prefix, rate] of Object.entries(rates)) await setRate(owner, id, prefix, rate);
    return id;
  }

  /** Puts a price into a plan; `hours` and `valid` as Postgres writes them. */
  const setRate = (
    owner: Tenancy,
    planId: string,
    prefix: string,
    rate: RateOf,
    when: { hours?: string; valid?: string } = {},
  ) =>
    sql(
      `INSERT INTO rate (tenant_id, plan_id, prefix, per_minute_micros, connection_fee_micros, first_seconds, next_seconds, grace_seconds, free_seconds,
         minimum_charge_micros, max_charge_micros, beyond, step_from, step_per_minute, step_increment, direction, hours, valid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        ...[owner.tenantId, planId, prefix, rate.perMinute, rate.fee ?? 0n, rate.first ?? 60, rate.next ?? 60],
        ...[rate.grace ?? 0, rate.free ?? 0, rate.minimum ?? 0n, rate.max ?? null, rate.beyond ?? "cut"],
        ...[0, 1, 2].map((part) => rate.steps?.map((step) => step[part]) ?? null),
        ...[rate.direction ?? "out", when.hours ?? null, when.valid ?? "[2020-01-01,)"],
      ],
    );

  /** Free seconds or calls to numbers of these prefixes, given to a buyer. */
  async function bundle(
    owner: Tenancy,
    buyer: Tenancy,
    {
      unit = "seconds",
      amount,
      prefixes = ["49"],
    }: { unit?: "seconds" | "calls"; amount: number; prefixes?: string[] },
  ): Promise<string> {
    const { id } = await one<{ id: string }>(
      "INSERT INTO bundle (tenant_id, name, unit, amount, period, prefixes) VALUES ($1, $2, $3, $4, 'day', $5) RETURNING id",
      [owner.tenantId, randomUUID(), unit, amount, prefixes],
    );
    await sql("INSERT INTO tenant_bundle (tenant_id, bundle_id, valid) VALUES ($1, $2, '[2020-01-01,)')", [
      buyer.tenantId,
      id,
    ]);
    return id;
  }

  const assign = (buyer: Tenancy, planId: string) =>
    sql("UPDATE tenant SET plan_id = $2 WHERE id = $1", [buyer.tenantId, planId]);

  async function topUp(to: Tenancy, amount: bigint, key: string = randomUUID()): Promise<void> {
    const [operator] = await sql<{ id: string }>("SELECT id FROM tenant WHERE kind = 'operator'");
    await as(operator?.id ?? "");
    await sql("SELECT wallet_post($1, 'top_up', $2, 'EUR', $3, 'payments', 'test', 'test', NULL)", [
      to.tenantId,
      amount,
      key,
    ]);
  }

  async function phone(of: Tenancy, number = "101", options: { maxCalls?: number } = {}): Promise<Phone> {
    const endpoint = `${of.slug}-${number}`;
    const { id } = await one<{ id: string }>(
      "INSERT INTO extension (tenant_id, number, display_name, sip_username, max_calls) VALUES ($1, $2, 'Phone', $3, $4) RETURNING id",
      [of.tenantId, number, endpoint, options.maxCalls ?? 100],
    );
    return { extensionId: id, endpoint };
  }

  /** A number of ours, held by a tenant and ringing at one of its extensions. */
  const did = (of: Tenancy, number: string, extensionId: string | null) =>
    sql("INSERT INTO did (tenant_id, number, extension_id) VALUES ($1, $2, $3)", [of.tenantId, number, extensionId]);

  const wallet = (of: Tenancy) =>
    one<{ posted: bigint; held: bigint; available: bigint }>(
      `SELECT posted_micros::text AS posted, held_micros::text AS held, (posted_micros - held_micros + credit_limit_micros)::text AS available
       FROM wallet WHERE tenant_id = $1`,
      [of.tenantId],
    ).then(({ posted, held, available }) => ({
      posted: BigInt(posted),
      held: BigInt(held),
      available: BigInt(available),
    }));

  return { sql, one, as, tenant, plan, setRate, bundle, assign, topUp, phone, did, wallet };
}
