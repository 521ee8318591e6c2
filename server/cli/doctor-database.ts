import { findBookDifferences } from "@/server/domain/calls/book-differences";
import { currencyGaps } from "@/server/domain/limits/currency-gaps";
import { fingerprintsOf } from "@/server/domain/system/manager-secret.rules";
import { daysSince, isDue } from "@/server/domain/system/manager-secret.schema";
import { migrationsFolder, pendingMigrations, readMigrations } from "@/server/infra/db/migration-files";
import type { Desk } from "./desk";
import { examine, type Finding, fine, wrong } from "./doctor-part";
import { failureOf } from "./failure";

const START = "Start Ringfence with npm start, or check DATABASE_URL and AUTH_SECRET.";

/** Reachable, of a version we know, guarded by row security, prepared for this version of ours, and with books that agree. */
export async function databaseFindings(desk: Desk): Promise<Finding[]> {
  const reach = await examine("database", START, () => reachable(desk));
  if (!reach.ok) return [reach];
  return [
    reach,
    await examine("row security", "See prisma/migrations/0002_row_security.", () => bounded(desk)),
    await examine("migrations", "Run npm run migrate.", () => migrated(desk)),
    await examine("operator", "Run ringfence operator create.", () => operator(desk)),
    await examine("manager secrets", "See docs/manager-secrets.md.", () => managerSecrets(desk)),
    await examine("books", "Run ringfence reconcile.", () => books(desk)),
    await examine("currencies", "Run ringfence doctor again.", () => currencies(desk)),
  ];
}

async function reachable({ db }: Desk): Promise<Finding> {
  try {
    const started = performance.now();
    const [row] = await db.$queryRaw<{ number: number; version: string }[]>`
      SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version`;
    const ms = Math.round(performance.now() - started);
    if (!row || row.number < 160_000)
      return wrong("database", `PostgreSQL ${row?.version}`, "Use PostgreSQL 16 or newer.");
    return fine("database", `PostgreSQL ${row.version} answers in ${ms} ms`);
  } catch (error) {
    return wrong("database", failureOf(error).message, START);
  }
}

async function bounded({ db }: Desk): Promise<Finding> {
  const [role] = await db.$queryRaw<{ name: string; mighty: boolean; owns: number; open: number }[]>`
    SELECT current_user::text AS name, r.rolsuper OR r.rolbypassrls AS mighty,
      (SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = r.oid AND relkind = 'r') AS owns,
      (SELECT count(*)::int FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) AS open
    FROM pg_roles r WHERE r.rolname = current_user`;
  if (!role || role.mighty || role.owns > 0) {
    const fix = "Give it to portal_app, without SUPERUSER, BYPASSRLS and tables of its own.";
    return wrong("row security", `The role ${role?.name} can pass by it`, fix);
  }
  if (role.open > 0) {
    return wrong("row security", `${role.open} tables of tenants are open`, "ALTER TABLE … FORCE ROW LEVEL SECURITY.");
  }
  return fine("row security", `The role ${role.name} cannot pass by it`);
}

async function migrated({ db }: Desk): Promise<Finding> {
  const applied = await db.$queryRaw<{ name: string; checksum: string }[]>`
    SELECT name, checksum FROM public.schema_migration ORDER BY name`;
  const pending = pendingMigrations(readMigrations(migrationsFolder), applied);
  if (pending.length === 0) return fine("migrations", `${applied.length} applied, none missing`);
  return wrong("migrations", `${pending.map(({ name }) => name).join(", ")} missing`, "Run npm run migrate.");
}

async function operator(desk: Desk): Promise<Finding> {
  await desk.operator();
  return fine("operator", "there is one");
}

type Used = { name: string; since: Date; fingerprint: string };

/** A secret that is used for a quarter is due; one that no worker showed the PBX yet is new. */
async function managerSecrets({ db, place }: Desk): Promise<Finding> {
  const part = "manager secrets";
  const { AUTH_SECRET = "", ...secrets } = place.secrets;
  const ours = place.ami ? fingerprintsOf(AUTH_SECRET, secrets) : [];
  if (ours.length === 0) return fine(part, "none: no PBX is connected");
  const used = await db.$queryRaw<Used[]>`SELECT name, since, fingerprint FROM manager_secrets()`;
  const now = new Date();
  const ages = ours.map(({ name, fingerprint }) => ({
    name,
    since: used.find((one) => one.name === name && one.fingerprint === fingerprint)?.since ?? now,
  }));
  const detail = ages.map(({ name, since }) => `${name} used for ${daysSince(since, now)} days`).join(", ");
  if (!ages.some(({ since }) => isDue(since, now))) return fine(part, detail);
  return wrong(part, detail, "Make new ones: docs/manager-secrets.md says how.");
}

/** Amounts of two currencies say nothing about each other, so whoever sells across them has to say that it means it. */
async function currencies(desk: Desk): Promise<Finding> {
  const gaps = await desk.readAll((tx) => currencyGaps(tx));
  if (gaps.length === 0) return fine("currencies", "no reseller's calls are refused for selling in another one");
  const each = gaps
    .map(({ slug, buys, sells }) => `${slug} buys in ${buys} and sells in ${sells.join(", ")}`)
    .join("; ");
  const fix = "Let each sell in the currency it buys in, or run ringfence terms set --tenant … --below-cost yes.";
  return wrong("currencies", `Calls are refused (RAT-02): ${each}`, fix);
}

async function books(desk: Desk): Promise<Finding> {
  const found = await desk.readAll(findBookDifferences);
  if (found.length === 0) return fine("books", "wallets, holds, calls and ledger add up");
  return wrong("books", `${found.length} differences`, "Run ringfence reconcile.");
}
