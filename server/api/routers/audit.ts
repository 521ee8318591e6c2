import { z } from "zod";

import { router, tenantQuery } from "@/server/api/trpc";
import { listTrail } from "@/server/domain/audit/trail";
import { trailFilterSchema } from "@/server/domain/audit/trail.schema";
import { verifyTrail } from "@/server/domain/audit/verify";

const cursorSchema = z
  .string()
  .regex(/^\d{1,18}$/)
  .optional();

export const auditRouter = router({
  list: tenantQuery("audit.read")
    .input(trailFilterSchema.extend({ cursor: cursorSchema }))
    .query(({ ctx, input: { tenantSlug: _, ...filter } }) => ctx.read((tx) => listTrail(tx, ctx.tenantId, filter))),

  verify: tenantQuery("audit.read").query(({ ctx }) => verifyTrail(ctx.read, ctx.tenantId)),
});
