import { z } from "zod";

/**
 * What a form showed of the values that it is about to replace, in the words of the trail. One of them that somebody else
 * changed meanwhile refuses the change; what is not sent is not asked about.
 */
export const seenSchema = z
  .record(z.string().max(40), z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]))
  .optional();
