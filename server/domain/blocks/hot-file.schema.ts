import { z } from "zod";

import { cdrPartSchema, cdrStartSchema } from "@/server/domain/cdr-import/cdr-import.schema";

/** A file for a hot list travels as files of call records do: compressed, in parts. */
export const hotPartSchema = cdrPartSchema.extend({ hotImportId: z.uuid() });
export const hotStartSchema = cdrStartSchema.extend({ hotImportId: z.uuid() });
