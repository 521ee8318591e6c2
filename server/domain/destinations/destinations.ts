import { type Continent, continentOf } from "@/server/domain/destinations/continents";
import { callingCodeOf, countries, countryName, isDestination } from "@/server/domain/destinations/countries.rules";
import type { DestinationChange, Reach } from "@/server/domain/destinations/destination.schema";
import { daysAgo } from "@/server/domain/destinations/destination-use";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { type NumberClass, numberClasses } from "@/server/kernel/number-class";
import { localeOf } from "@/server/kernel/words";

export type PerClass<T> = Readonly<Record<NumberClass, T>>;

export type DestinationRow = {
  /** ISO 3166, two letters; XS and XN stand for satellite phones and international networks. */
  readonly country: string;
  readonly name: string;
  readonly continent: Continent;
  /** The country's calling code without the plus sign; empty for the special ones. */
  readonly callingCode: string;
  /** Whether any of its numbers are open to the tenant's own calls. */
  readonly open: boolean;
  /** What the tenant opened for its own calls; a class that is closed from above or for all below it is closed all the same. */
  readonly opened: PerClass<boolean>;
  /** What the tenant closed for itself and all below it. */
  readonly closedBelow: PerClass<boolean>;
  /** What a tenant above closed. */
  readonly closedAbove: PerClass<boolean>;
  /** The tenant's own calls to it in the last 90 days, blocked ones included. */
  readonly recentCalls: number;
  /** How many ranges of it fraud is fond of. */
  readonly fraudRanges: number;
};

const perClass = <T>(value: (of: NumberClass) => T): PerClass<T> => ({
  normal: value("normal"),
  special: value("special"),
  fraud: value("fraud"),
});

/** Every country there is and the special destinations, by name, with what is open and what was called lately. */
export async function listDestinations(tx: TenantRead, tenantId: TenantId): Promise<DestinationRow[]> {
  const opened = new Map((await tx.destination.findMany({ where: { tenantId } })).map((row) => [row.country, row]));
  const closings = await tx.destinationClosing.findMany({ where: { tenantId } });
  const above = await tx.$queryRaw<Closed[]>`SELECT country, class FROM destinations_closed_above()`;
  const [closedBelow, closedAbove] = [namesOf(closings), namesOf(above)];
  const calls = await tx.$queryRaw<{ country: string; n: number }[]>`
    SELECT country, count(*)::int AS n FROM call_record
    WHERE tenant_id = ${tenantId}::uuid AND started_at > ${daysAgo(90)}::timestamptz AND country IS NOT NULL GROUP BY country`;
  const ranges = await tx.$queryRaw<{ country: string; n: number }[]>`
    SELECT country, count(*)::int AS n FROM fraud_range GROUP BY country`;
  const [called, suspect] = [calls, ranges].map((rows) => new Map(rows.map((row) => [row.country, row.n])));
  return countries
    .map((country) => ({
      country,
      name: countryName(country),
      continent: continentOf(country),
      callingCode: callingCodeOf(country),
      open: opened.has(country),
      opened: perClass((of) => opened.get(country)?.[of] ?? false),
      closedBelow: perClass((of) => closedBelow.has(`${country} ${of}`)),
      closedAbove: perClass((of) => closedAbove.has(`${country} ${of}`)),
      recentCalls: called?.get(country) ?? 0,
      fraudRanges: suspect?.get(country) ?? 0,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, localeOf()));
}

type Closed = { country: string; class: string };
const namesOf = (rows: readonly Closed[]) => new Set(rows.map((row) => `${row.country} ${row.class}`));

type Save = Readonly<{ reach: Reach; changes: readonly DestinationChange[] }>;

/**
 * Opens and closes classes of countries' numbers from the next call on: for the tenant's own calls, or for everybody from it
 * down. A repeat changes nothing; of two changes of one class the last counts. Locks the tenant's row: saves wait for each
 * other, and calls that are being asked about do not.
 * @returns what was open before and is open now, by country, of those that were named: words such as "normal special".
 * @throws DomainError invalid_input for two letters that are no country, limit_bound for what a tenant above closed,
 * invalid_state for those below a customer.
 */
export async function saveDestinations(
  tx: TenantWrite,
  tenantId: TenantId,
  { reach, changes }: Save,
): Promise<{ before: Record<string, string>; after: Record<string, string> }> {
  const unknown = changes.find(({ country }) => !isDestination(country));
  if (unknown) throw new DomainError("invalid_input", { field: "country" }, `There is no country ${unknown.country}.`);
  const [tenant] = await tx.$queryRaw<{ kind: string }[]>`
    SELECT kind FROM tenant WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  if (reach === "below" && tenant?.kind === "customer") {
    throw new DomainError("invalid_state", { reach }, "A customer has nobody below it: close its own calls instead.");
  }
  await refuseWhatIsClosedAbove(tx, changes);
  const open = await openIn(tx, tenantId, reach);
  const wanted = new Map<string, Set<NumberClass>>();
  for (const { country, numbers, open: opens } of changes) {
    const classes = wanted.get(country) ?? new Set(open(country));
    if (opens) classes.add(numbers);
    else classes.delete(numbers);
    wanted.set(country, classes);
  }
  const [before, after]: Record<string, string>[] = [{}, {}];
  for (const [country, classes] of wanted) {
    if (before) before[country] = wordsOf(open(country));
    if (after) after[country] = wordsOf([...classes]);
  }
  const write = reach === "own" ? writeOwn : writeBelow;
  await write(tx, tenantId, wanted);
  return { before: before ?? {}, after: after ?? {} };
}

const wordsOf = (classes: readonly NumberClass[]): string =>
  numberClasses.filter((of) => classes.includes(of)).join(" ") || "closed";

async function refuseWhatIsClosedAbove(tx: TenantWrite, changes: readonly DestinationChange[]): Promise<void> {
  const above = namesOf(await tx.$queryRaw<Closed[]>`SELECT country, class FROM destinations_closed_above()`);
  const refused = changes.find(({ country, numbers, open }) => open && above.has(`${country} ${numbers}`));
  if (!refused) return;
  const { country, numbers } = refused;
  const sentence = `A tenant above closed the ${numbers === "fraud" ? "fraud-prone" : numbers} numbers of ${countryName(country)} for everybody below it; only it can open them.`;
  throw new DomainError("limit_bound", { country, numbers }, sentence);
}

/** @returns which classes of a country are open: opened by the tenant for itself, or not closed by it for those below. */
async function openIn(tx: TenantRead, tenantId: TenantId, reach: Reach): Promise<(country: string) => NumberClass[]> {
  if (reach === "own") {
    const rows = new Map((await tx.destination.findMany({ where: { tenantId } })).map((row) => [row.country, row]));
    return (country) => numberClasses.filter((of) => rows.get(country)?.[of] ?? false);
  }
  const closed = namesOf(await tx.destinationClosing.findMany({ where: { tenantId } }));
  return (country) => numberClasses.filter((of) => !closed.has(`${country} ${of}`));
}

/** How a save is written down: by its country when it is one, by what was and is open. */
export function auditOfDestinations(
  reach: Reach,
  { before, after }: Readonly<{ before: Record<string, string>; after: Record<string, string> }>,
): { subject: string; before: Record<string, string>; after: Record<string, string> } {
  const [country, ...more] = Object.keys(after);
  const subject = more.length > 0 ? "destinations" : `destination:${country ?? ""}`;
  return { subject, before: { ...before, for: reach }, after: { ...after, for: reach } };
}

type Wanted = ReadonlyMap<string, ReadonlySet<NumberClass>>;

async function writeOwn(tx: TenantWrite, tenantId: TenantId, wanted: Wanted): Promise<void> {
  const rows = [...wanted].filter(([, classes]) => classes.size > 0);
  const gone = [...wanted].filter(([, classes]) => classes.size === 0).map(([country]) => country);
  await tx.destination.deleteMany({ where: { tenantId, country: { in: gone } } });
  const has = (of: NumberClass) => rows.map(([, classes]) => classes.has(of));
  await tx.$executeRaw`
    INSERT INTO destination (tenant_id, country, normal, special, fraud)
    SELECT ${tenantId}::uuid, x.* FROM unnest(${rows.map(([country]) => country)}::text[], ${has("normal")}::boolean[],
      ${has("special")}::boolean[], ${has("fraud")}::boolean[]) x
    ON CONFLICT (tenant_id, country) DO UPDATE SET normal = excluded.normal, special = excluded.special, fraud = excluded.fraud`;
}

async function writeBelow(tx: TenantWrite, tenantId: TenantId, wanted: Wanted): Promise<void> {
  await tx.destinationClosing.deleteMany({ where: { tenantId, country: { in: [...wanted.keys()] } } });
  const data = [...wanted].flatMap(([country, open]) =>
    numberClasses.filter((of) => !open.has(of)).map((of) => ({ tenantId, country, class: of })),
  );
  await tx.destinationClosing.createMany({ data });
}
