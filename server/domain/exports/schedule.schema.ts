import { z } from "zod";

import { newExportSchema } from "@/server/domain/exports/new-export.schema";
import { rhythms } from "@/server/domain/exports/rhythm-kinds.schema";

export const newScheduleSchema = z.object({
  file: newExportSchema,
  every: z.enum(rhythms, "is day, week or month"),
});

export const scheduleId = z.uuid();
