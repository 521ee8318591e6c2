import { getExtension } from "@/server/domain/provisioning/extension-list";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import { enqueue } from "@/server/queue/outbox";

/** Somebody stands beside the phone. One that rings later than that surprises them. */
const WAITED_FOR_MS = 15_000;

/**
 * Asks for the phones of an extension to ring; the one that is picked up calls the echo test, authorised like every call of
 * its own. While one rings already a repeat changes nothing.
 * @throws DomainError not_found when the extension is not this tenant's; invalid_state while it is suspended; phone_away when no
 * phone is registered.
 */
export async function askForEcho(tx: TenantWrite, tenantId: TenantId, extensionId: ExtensionId): Promise<void> {
  const { state, registration } = await getExtension(tx, tenantId, extensionId);
  if (state !== "active")
    throw new DomainError("invalid_state", { extensionId }, "The extension is suspended. Resume it, then call.");
  if (!registration) throw new DomainError("phone_away", { extensionId });
  await enqueue(tx, tenantId, "ringForEcho", { extensionId, untilMs: Date.now() + WAITED_FOR_MS });
}
