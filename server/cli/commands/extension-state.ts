import type { AuditAction } from "@/server/domain/audit/actions";
import { getExtensionId } from "@/server/domain/provisioning/extension-list";
import {
  deleteExtension,
  type PublicExtension,
  resumeExtension,
  suspendExtension,
} from "@/server/domain/provisioning/extensions";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import type { ExtensionId, TenantId } from "@/server/kernel/ids";
import type { Command } from "../command";

type Act = (tx: TenantWrite, tenantId: TenantId, id: ExtensionId) => Promise<PublicExtension>;

const command = (
  summary: string,
  action: AuditAction,
  state: "suspended" | "active" | "deleted",
  act: Act,
): Command => ({
  summary,
  options: {
    tenant: { value: "slug", about: "whose extension", required: true },
    number: { value: "101", about: "which one", required: true },
  },
  run: async (desk, given) => {
    const { id: tenantId } = await desk.tenant(given.must("tenant"));
    const id = await desk.read(tenantId, (tx) => getExtensionId(tx, tenantId, given.must("number")));
    const before = await desk.change(tenantId, action, async (tx) => {
      const result = await act(tx, tenantId, id);
      const after = state === "deleted" ? {} : { after: { ...result, state } };
      return { subject: `extension:${id}`, before: result, ...after, result };
    });
    await desk.publish(tenantId, ["extensions", "audit"]);
    return { value: { id, number: before.number, state }, say: `Extension ${before.number} is ${state}.` };
  },
});

export const extensionSuspend = command(
  "Ends an extension's calls and refuses new ones, except to emergency numbers. Its phone stays registered.",
  "extension.suspend",
  "suspended",
  suspendExtension,
);

export const extensionResume = command(
  "Lets a suspended extension call again.",
  "extension.resume",
  "active",
  resumeExtension,
);

export const extensionDelete = command(
  "Deletes an extension: its phone is cut off and its calls end. Past calls and charges stay.",
  "extension.delete",
  "deleted",
  deleteExtension,
);
