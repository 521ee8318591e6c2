import { recordUnheld } from "@/server/domain/calls/call-control";
import { recordUnheldInbound } from "@/server/domain/calls/inbound-calls";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import { phoneOfChannel } from "@/server/kernel/phone-name";

/**
 * Writes down the calls that the PBX refused because call control did not answer it, so that they stand in the same list
 * as every other call.
 */
export function recordRefusalsOfPbx(
  options: Readonly<{ pool: SqlPool; ami: AmiGateway; pbx: string; log: Logger }>,
): void {
  const { pool, ami, pbx, log } = options;
  ami.onEvent("userevent", ({ name, fields }) => {
    if (name !== "RingfenceRefused") return;
    const endpoint = phoneOfChannel(fields["channel"] ?? "");
    const at = new Date(Number(fields["at"]) / 1000);
    if (!endpoint || !fields["call"] || Number.isNaN(at.getTime())) return;
    const dialled = decoded(fields["dialled"] ?? "");
    const call = { pbx, call: fields["call"], startedAt: at, endedAt: at, talkMs: 0 };
    // Not waited for: behind this event others of live calls may stand.
    const recorded =
      fields["way"] === "inbound"
        ? recordUnheldInbound(pool, { ...call, called: dialled, caller: decoded(fields["caller"] ?? "") })
        : recordUnheld(pool, { ...call, endpoint, dialled, kind: "external" });
    recorded.catch((error: unknown) => {
      log.warn({ error, call: call.call }, "a call refused by the PBX could not be recorded");
    });
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
