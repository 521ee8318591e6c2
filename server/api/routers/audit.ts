import { z } from "zod";

import { router, tenantQuery } from "@/server/api/trpc";
import { listTrail, verifyTrail } from "@/server/domain/audit/trail";

const filterSchema = z.object({
  action: z.string().trim().max(60).optional(),
  actor: z.string().trim().max(254).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

/** An empty search box asks for everything. */
const given = (text: string | undefined): string | undefined => text || undefined;

export const auditRouter = router({
  list: tenantQuery("audit.read")
    .input(filterSchema)
    .query(({ ctx, input }) =>
      ctx.read((tx) =>
        listTrail(tx, ctx.tenantId, { action: given(input.action), actor: given(input.actor), cursor: input.cursor }),
      ),
    ),

  verify: tenantQuery("audit.read").query(({ ctx }) => ctx.read((tx) => verifyTrail(tx, ctx.tenantId))),
});
