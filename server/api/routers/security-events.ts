import { z } from "zod";

import { router, tenantQuery } from "@/server/api/trpc";
import { securityEventFilterSchema, securityEventKey } from "@/server/domain/security-events/security-event.schema";
import { countSecurityEvents } from "@/server/domain/security-events/security-event-counts";
import { getSecurityEvent, listSecurityEvents } from "@/server/domain/security-events/security-events";

const listSchema = securityEventFilterSchema.extend({
  cursor: securityEventKey.optional(),
  limit: z.number().int().min(1).max(200).optional(),
});

/** What the telephone system reports about sign-ins and requests: of one's own phones, and those of tenants below. */
export const securityEventsRouter = router({
  list: tenantQuery("security.read")
    .input(listSchema)
    .query(({ ctx, input: { tenantSlug: _, ...filter } }) =>
      ctx.readBelow((tx) => listSecurityEvents(tx, ctx.tenantId, filter)),
    ),

  /** How many of them are of what, and when they came. */
  counts: tenantQuery("security.read")
    .input(securityEventFilterSchema)
    .query(({ ctx, input: { tenantSlug: _, ...filter } }) =>
      ctx.readBelow((tx) => countSecurityEvents(tx, ctx.tenantId, filter)),
    ),

  get: tenantQuery("security.read")
    .input(z.object({ eventId: securityEventKey }))
    .query(({ ctx, input }) => ctx.readBelow((tx) => getSecurityEvent(tx, input.eventId))),
});
