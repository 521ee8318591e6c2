import { createHash } from "node:crypto";

import type { LogoInput } from "@/server/domain/brands/brand.schema";
import { type OwnBrand, ownBrand } from "@/server/domain/brands/brands";
import { MOST_LOGO_BYTES } from "@/server/domain/brands/logo-limits.schema";
import { readPng } from "@/server/domain/brands/png";
import { readSvg } from "@/server/domain/brands/svg.rules";
import type { Db } from "@/server/infra/db/client";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** So much wider than high, a logo says the name itself. */
const WIDE = 2.2;

type ReadLogo = Readonly<{ bytes: Uint8Array<ArrayBuffer>; wide: boolean }>;

const refused = (sentence: string) => new DomainError("invalid_input", { field: "data" }, sentence);

/**
 * What is served of a file: a drawing or picture that was read whole and written anew.
 * @throws DomainError invalid_input with why it is not taken; too_large above 200 000 bytes.
 */
export function readLogo({ type, data }: LogoInput): ReadLogo {
  const bytes = Buffer.from(data, "base64");
  if (bytes.length > MOST_LOGO_BYTES)
    throw new DomainError("too_large", { most: MOST_LOGO_BYTES }, "A logo has at most 200 kB.");
  if (type === "image/png") {
    const read = readPng(bytes);
    if ("refused" in read) throw refused(read.refused);
    return { bytes: Uint8Array.from(read.png), wide: read.width >= WIDE * read.height };
  }
  const read = readSvg(bytes.toString("utf8"));
  if ("refused" in read) {
    throw refused(`${read.refused} Export the logo as plain SVG with shapes and attributes only, or as PNG.`);
  }
  return { bytes: Uint8Array.from(Buffer.from(read.svg, "utf8")), wide: read.aspect >= WIDE };
}

/**
 * Gives the brand of the tenant acted on another logo, or none. The one before is forgotten.
 * @throws DomainError invalid_state before there is a brand; as readLogo.
 */
export async function setLogo(
  tx: TenantWrite,
  tenantId: TenantId,
  input: LogoInput | null,
): Promise<Readonly<{ before: OwnBrand; after: OwnBrand }>> {
  const before = await ownBrand(tx, tenantId);
  if (!before) throw new DomainError("invalid_state", {}, "Save a name for the brand first.");
  const read = input && readLogo(input);
  const sha256 = read && Uint8Array.from(createHash("sha256").update(read.bytes).digest());
  if (input && read && sha256) {
    const logo = { tenantId, sha256, type: input.type, ...read };
    await tx.brandLogo.createMany({ data: [logo], skipDuplicates: true });
  }
  await tx.brand.updateMany({ where: { tenantId }, data: { logoSha256: sha256, updatedAt: new Date() } });
  await tx.brandLogo.deleteMany({ where: { tenantId, ...(sha256 ? { sha256: { not: sha256 } } : {}) } });
  const after = await ownBrand(tx, tenantId);
  if (!after) throw new Error("the brand is gone");
  return { before, after };
}

export type LogoFile = Readonly<{ type: string; bytes: Uint8Array }>;

/** A logo by the name of its file, whoever asks: logos stand on pages before anybody is signed in. */
export async function logoNamed(db: Db, file: string): Promise<LogoFile | undefined> {
  const [, sum, ending] = /^([0-9a-f]{64})\.(png|svg)$/.exec(file) ?? [];
  if (sum === undefined) return undefined;
  const [row] = await db.$queryRaw<LogoFile[]>`
    SELECT type, bytes FROM brand_logo_of(${Uint8Array.from(Buffer.from(sum, "hex"))})`;
  return row && row.type === (ending === "png" ? "image/png" : "image/svg+xml") ? row : undefined;
}
