import { change } from "@/server/domain/audit/change";
import { tellOwners as tell } from "@/server/domain/billing/owners-news";
import type { Processor } from "@/workers/processors/types";

class NoNews extends Error {
  override readonly name = "NoNews";
}

/** Tells the owners by mail what happened by itself. A repeat finds nothing that is not told. */
export const tellOwners: Processor<"tellOwners"> = async (_payload, { db, tenantId, jobId, settings }) => {
  const actor = { kind: "job", id: "balance.tell_owners", requestId: jobId } as const;
  try {
    await change(db, { tenantId, actor, action: "billing.tell_owners" }, async (tx) => {
      const told = await tell(tx, tenantId, settings.appUrl);
      if (told.news.length === 0) throw new NoNews();
      return {
        subject: `tenant:${tenantId}`,
        after: {
          news: told.news.join(","),
          ...(told.levels.length > 0 ? { levels: told.levels.join(",") } : {}),
          owners: told.owners,
        },
        result: undefined,
      };
    });
  } catch (error) {
    if (!(error instanceof NoNews)) throw error;
  }
};
