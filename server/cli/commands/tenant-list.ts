import { listTree } from "@/server/domain/tenancy/tenants";
import type { Command } from "../command";

export const tenantList: Command = {
  summary: "All tenants, the newest first, with plan, available credit and live calls.",
  options: {},
  run: async (desk) => {
    const operator = await desk.operator();
    const rows = await desk.readAll((tx) => listTree(tx, operator));
    const newestFirst = rows.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
    return {
      value: newestFirst.map(({ parentSlug, planName, ...row }) => ({
        slug: row.slug,
        name: row.name,
        kind: row.kind,
        state: row.state,
        parent: parentSlug,
        plan: planName,
        currency: row.currency,
        availableMicros: row.availableMicros,
        liveCalls: row.liveCalls,
        createdAt: row.createdAt,
        id: row.id,
      })),
    };
  },
};
