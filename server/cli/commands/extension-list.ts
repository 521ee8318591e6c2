import { listExtensions } from "@/server/domain/provisioning/extension-list";
import type { Command } from "../command";

export const extensionList: Command = {
  summary: "A tenant's extensions, the newest first, and whether their phones are there.",
  options: { tenant: { value: "slug", about: "whose extensions", required: true } },
  run: async (desk, given) => {
    const { id } = await desk.tenant(given.must("tenant"));
    const rows = await desk.read(id, (tx) => listExtensions(tx, id));
    const newestFirst = rows.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    return {
      value: newestFirst.map((row) => ({
        id: row.id,
        number: row.number,
        name: row.displayName,
        state: row.state,
        registered: row.registration !== null,
        sipUsername: row.sipUsername,
        callerId: row.callerId,
        maxCalls: row.maxCalls,
        dailyCapMicros: row.dailyCapMicros,
        callsToday: row.callsToday,
        costTodayMicros: row.costTodayMicros,
        secretCreatedAt: row.secretCreatedAt,
        lastSeenAt: row.lastSeenAt,
        registration: row.registration,
      })),
    };
  },
};
