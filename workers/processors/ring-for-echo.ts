import { change } from "@/server/domain/audit/change";
import { getExtension } from "@/server/domain/provisioning/extension-list";
import { ECHO_CONTEXT, type LiveChannel, TEST_CONTEXT } from "@/server/infra/ami/gateway";
import { readTenant } from "@/server/infra/db/read-tenant";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId } from "@/server/kernel/ids";
import type { Processor } from "@/workers/processors/types";

const AMI_MS = 3_000;

/**
 * Rings the phones of an extension for an echo test. Too late it does nothing, and while one goes on already neither: it
 * may run twice.
 * @throws DomainError pbx_unreachable; worth another try until whoever asked has gone.
 */
export const ringForEcho: Processor<"ringForEcho"> = async ({ extensionId, untilMs }, ctx) => {
  const { ami, db, tenantId } = ctx;
  if (Date.now() > untilMs) return;
  if (!ami) throw new DomainError("pbx_unreachable", { reason: "no PBX is connected" });
  const { sipUsername } = await readTenant(db, { tenantId }, (tx) =>
    getExtension(tx, tenantId, extensionId as ExtensionId),
  );
  const live = await ami.liveChannels({ deadlineMs: AMI_MS });
  if (live.some((channel) => isTestOf(channel, sipUsername))) return;
  await ami.ringForEcho(sipUsername, { deadlineMs: AMI_MS });
  const actor = { kind: "job", id: "call.ring_for_echo", requestId: ctx.jobId } as const;
  await change(db, { tenantId, actor, action: "extension.call_echo" }, async () => ({
    subject: `extension:${extensionId}`,
    result: undefined,
  }));
};

const isTestOf = ({ context, extension, endpoint }: LiveChannel, phone: string): boolean =>
  (context === TEST_CONTEXT && extension === phone) || (context === ECHO_CONTEXT && endpoint === phone);
