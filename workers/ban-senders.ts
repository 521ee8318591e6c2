import { randomUUID } from "node:crypto";

import { countFailures } from "@/server/domain/bans/automatic";
import type { Db } from "@/server/infra/db/client";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";

type Options = Readonly<{ db: Db; bus: LiveBus; log: Logger }>;

/** Counts what fails at the PBX by its sender, and bans who reached the number; the PBX refuses them with the next request. */
export const banSenders =
  ({ db, bus, log }: Options) =>
  async (address: string, failures: number, at: Date): Promise<void> => {
    const outcome = await countFailures(db, { scope: "sip", address, failures, at, requestId: randomUUID() });
    if (!outcome) return;
    const { tenantId, network, ban, kept } = outcome;
    if (!ban) {
      log.warn(
        { network, kept },
        "an address that fails to sign in was not banned, because something works from there",
      );
      return;
    }
    const { expiresAt, timesBefore } = ban;
    bus.publish({ tenantId, kind: "bans" });
    bus.publish({ tenantId, kind: "audit" });
    log.warn({ network, expiresAt, timesBefore }, "an address was banned after sign-ins that failed");
  };
