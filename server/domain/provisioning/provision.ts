import { secretDigests } from "@/server/domain/provisioning/digest.rules";
import type { SipSecret } from "@/server/domain/provisioning/secret.rules";
import { emergencyVariableOf } from "@/server/domain/rating/emergency.rules";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId } from "@/server/kernel/ids";

type Phone = Readonly<{
  id: ExtensionId;
  sipUsername: string;
  /** The tenant's home country decides which emergency numbers the telephone system lets through by itself. */
  country: string;
}>;

/**
 * Writes what the telephone system reads of one extension, in the transaction that changes it: a phone can register the
 * moment it commits. With a secret its digests replace the old ones; without one they stay. Safe to repeat.
 * @throws DomainError not_found when the extension is not this tenant's.
 */
export async function provision(tx: TenantWrite, phone: Phone, secret?: SipSecret): Promise<void> {
  const digests = secret ? secretDigests(phone.sipUsername, secret) : null;
  const emergency = emergencyVariableOf(phone.country);
  await tx.$queryRaw`SELECT provision_extension(${phone.id}::uuid, ${digests}, ${emergency})::text`;
}

/** Forgets where the phones of an extension are: the next REGISTER must prove the present secret. Returns how many. */
export async function dropContacts(tx: TenantWrite, id: ExtensionId): Promise<number> {
  const [row] = await tx.$queryRaw<{ dropped: number }[]>`SELECT drop_contacts(${id}::uuid) AS dropped`;
  return row?.dropped ?? 0;
}

/** Takes an extension out of the telephone system, digests included. Safe to repeat. */
export async function unprovision(tx: TenantWrite, id: ExtensionId): Promise<void> {
  await tx.$queryRaw`SELECT unprovision_extension(${id}::uuid)::text`;
}
