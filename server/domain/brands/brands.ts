import type { BrandInput } from "@/server/domain/brands/brand.schema";
import type { Db } from "@/server/infra/db/client";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** What a page is drawn with. */
export type Brand = Readonly<{
  name: string;
  /** As it was chosen, #rrggbb; null for the house's own. */
  colour: string | null;
  /** Where its logo is, under this portal; null without one. */
  logo: string | null;
  /** Whether the logo says the name itself. */
  logoWide: boolean;
}>;

type Logo = Readonly<{ logo_sha256: Uint8Array | null; logo_type: string | null; logo_wide: boolean | null }>;
type Drawn = Logo & Readonly<{ name: string; colour: string | null }>;

const logoOf = ({ logo_sha256: sum, logo_type: type, logo_wide: wide }: Logo) => ({
  logo: sum && type ? `/api/brand/${Buffer.from(sum).toString("hex")}.${type === "image/png" ? "png" : "svg"}` : null,
  logoWide: wide ?? false,
});

const brandOf = (row: Drawn): Brand => ({ name: row.name, colour: row.colour, ...logoOf(row) });

/** The brand that holds for the tenant acted on: its own, or that of the nearest above. null where nobody chose one. */
export async function brandHere(tx: TenantRead): Promise<Brand | null> {
  const [row] = await tx.$queryRaw<Drawn[]>`SELECT name, colour, logo_sha256, logo_type, logo_wide FROM brand_here()`;
  return row ? brandOf(row) : null;
}

/** The brand of a verified host name, and whose it is. Asked before anybody is signed in; undefined for any other name. */
export async function brandAtHost(db: Db, host: string): Promise<(Brand & { tenantId: TenantId }) | undefined> {
  const [row] = await db.$queryRaw<(Drawn & { tenant_id: TenantId })[]>`SELECT * FROM brand_at_host(${host})`;
  return row && { ...brandOf(row), tenantId: row.tenant_id };
}

/** The operator's, for pages outside any tenant under the house's own name. */
export async function brandOfHouse(db: Db): Promise<Brand | null> {
  const [row] = await db.$queryRaw<
    Drawn[]
  >`SELECT name, colour, logo_sha256, logo_type, logo_wide FROM brand_of_house()`;
  return row ? brandOf(row) : null;
}

/** Where the people of the tenant acted on use the portal: under the host name of the brand that holds for it, if it has one. */
export async function portalUrl(tx: TenantRead, houseUrl: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ host: string | null }[]>`SELECT host FROM brand_here()`;
  return row?.host ? urlOfHost(row.host, houseUrl) : houseUrl.replace(/\/$/, "");
}

/** The address of a host name of ours: by the same scheme and port as the house. Without a slash at the end. */
export function urlOfHost(host: string, houseUrl: string): string {
  const { protocol, port } = new URL(houseUrl);
  return `${protocol}//${host}${port ? `:${port}` : ""}`;
}

/** The brand of whoever sells to the tenant acted on; null where nobody above chose one. */
export async function brandOfSeller(tx: TenantRead): Promise<Brand | null> {
  const [row] = await tx.$queryRaw<Drawn[]>`SELECT * FROM brand_of_seller()`;
  return row ? brandOf(row) : null;
}

export type OwnBrand = Brand &
  Readonly<{
    senderName: string | null;
    replyTo: string | null;
    host: string | null;
    /** The TXT record that shows that the host name is yours. */
    record: Readonly<{ name: string; value: string }> | null;
    verifiedAt: Date | null;
    checkedAt: Date | null;
    updatedAt: Date;
  }>;

const own = {
  name: true,
  colour: true,
  senderName: true,
  replyTo: true,
  host: true,
  hostToken: true,
  hostVerifiedAt: true,
  hostCheckedAt: true,
  updatedAt: true,
  logo: { select: { sha256: true, type: true, wide: true } },
} as const;

/** The name and value of the record in the DNS. */
export const recordOf = (host: string, token: string) => ({
  name: `_ringfence.${host}`,
  value: `ringfence-verify=${token}`,
});

/** The tenant's own brand; null while it has none, and that of the tenant above holds. */
export async function ownBrand(tx: TenantRead, tenantId: TenantId): Promise<OwnBrand | null> {
  const row = await tx.brand.findUnique({ where: { tenantId }, select: own });
  if (!row) return null;
  const { logo, hostToken, hostVerifiedAt, hostCheckedAt, ...rest } = row;
  return {
    ...rest,
    ...logoOf({ logo_sha256: logo?.sha256 ?? null, logo_type: logo?.type ?? null, logo_wide: logo?.wide ?? null }),
    record: row.host && hostToken ? recordOf(row.host, hostToken) : null,
    verifiedAt: hostVerifiedAt,
    checkedAt: hostCheckedAt,
  };
}

/** Only whoever sells has a brand. @throws DomainError invalid_state at a customer. */
export async function requireSeller(tx: TenantRead, tenantId: TenantId): Promise<void> {
  const tenant = await tx.tenant.findUnique({ where: { id: tenantId }, select: { kind: true } });
  if (!tenant) throw new DomainError("not_found");
  if (tenant.kind === "customer") {
    throw new DomainError("invalid_state", {}, "Only resellers and the operator have a brand; yours comes from them.");
  }
}

type Set = Readonly<{ before: OwnBrand | null; after: OwnBrand }>;

/**
 * Sets the brand of the tenant acted on, for itself and everybody below it without one of their own. Locks its row.
 * @throws DomainError invalid_state at a customer; changed_meanwhile when it is another one than was seen.
 */
export async function setBrand(tx: TenantWrite, tenantId: TenantId, input: BrandInput): Promise<Set> {
  await requireSeller(tx, tenantId);
  await lockOf(tx, tenantId);
  const before = await ownBrand(tx, tenantId);
  if (stateOf(before) !== input.seen) throw new DomainError("changed_meanwhile", { field: "name" });
  const { seen: _, ...data } = input;
  if (before) await tx.brand.updateMany({ where: { tenantId }, data: { ...data, updatedAt: new Date() } });
  else await tx.brand.createMany({ data: { tenantId, ...data } });
  const after = await ownBrand(tx, tenantId);
  if (!after) throw new Error("the brand was not written");
  return { before, after };
}

/** What `seen` is compared with. */
export const stateOf = (brand: Pick<OwnBrand, "updatedAt"> | null): string => brand?.updatedAt.toISOString() ?? "";

/** Of two who change one brand the second waits. */
async function lockOf(tx: TenantWrite, tenantId: TenantId): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('brand:' || ${tenantId}, 0))::text`;
}

/**
 * Takes the brand of the tenant acted on away, its logo and its host name too: from then on that of the tenant above holds.
 * @returns what it was; null when there was none, and a repeat changes nothing.
 */
export async function resetBrand(tx: TenantWrite, tenantId: TenantId): Promise<OwnBrand | null> {
  await lockOf(tx, tenantId);
  const before = await ownBrand(tx, tenantId);
  await tx.brand.deleteMany({ where: { tenantId } });
  await tx.brandLogo.deleteMany({ where: { tenantId } });
  return before;
}

/** What the trail says about a brand. */
export const trailOf = (brand: OwnBrand | null) =>
  brand === null
    ? {}
    : {
        name: brand.name,
        colour: brand.colour,
        logo: brand.logo,
        senderName: brand.senderName,
        replyTo: brand.replyTo,
        host: brand.host,
      };
