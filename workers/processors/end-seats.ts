import { change } from "@/server/domain/audit/change";
import { endSeatsOver } from "@/server/domain/tenancy/seat-end";
import type { TenantId } from "@/server/kernel/ids";
import type { Processor } from "@/workers/processors/types";

class NothingOver extends Error {
  override readonly name = "NothingOver";
}

/**
 * Takes seats away whose time is over. They reach nothing any more since that moment; this ends the sessions, tidies the
 * list and leaves a line in the trail. One tenant that fails holds up no other. Safe to repeat, and beside another worker.
 */
export const endSeats: Processor<"endSeats"> = async (_payload, ctx) => {
  const actor = { kind: "job", id: "seat.end", requestId: ctx.jobId } as const;
  for (const { id } of await ctx.pool.query<{ id: TenantId }>("seats_over", "SELECT seats_over() AS id", [])) {
    try {
      await change(ctx.db, { tenantId: id, actor, action: "member.end_seats" }, async (tx) => {
        const gone = await endSeatsOver(tx, id);
        if (gone.length === 0) throw new NothingOver();
        const after = { people: gone.map(({ email, role }) => `${email} (${role})`).join(", ") };
        return { subject: `tenant:${id}`, after, result: undefined };
      });
    } catch (error) {
      if (!(error instanceof NothingOver))
        ctx.log.warn({ tenant: id, error }, "seats that are over could not be ended");
    }
  }
};
