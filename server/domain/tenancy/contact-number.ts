import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

/** Whom the incident desk calls about this tenant's telephones: E.164, or "". @throws DomainError not_found. */
export async function contactNumberOf(tx: TenantRead, tenantId: TenantId): Promise<string> {
  const row = await tx.tenant.findUnique({ where: { id: tenantId }, select: { contactNumber: true } });
  if (!row) throw new DomainError("not_found");
  return row.contactNumber;
}

/** Sets it; "" for none. A repeat changes nothing. */
export async function setContactNumber(
  tx: TenantWrite,
  tenantId: TenantId,
  number: string,
): Promise<{ before: string }> {
  await tx.$queryRaw`SELECT id FROM tenant WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  const before = await contactNumberOf(tx, tenantId);
  await tx.$executeRaw`UPDATE tenant SET contact_number = ${number} WHERE id = ${tenantId}::uuid`;
  return { before };
}

/**
 * A telephone number as people write it, with its country code; E.164 comes out, and nothing of nothing.
 * @throws DomainError invalid_input for anything else.
 */
export function readContactNumber(written: string): string {
  const text = written.trim();
  if (text === "") return "";
  const number = parsePhoneNumberFromString(text);
  // Some plans allow numbers that are longer or shorter than E.164 has them; nobody abroad could call those.
  if (number?.isValid() && !number.ext && /^\+[1-9]\d{6,14}$/.test(number.number)) return number.number;
  const sentence = "A telephone number with its country code, such as +49 30 901820.";
  throw new DomainError("invalid_input", { field: "contactNumber" }, sentence);
}
