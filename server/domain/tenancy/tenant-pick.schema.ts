import { z } from "zod";

/** What a field that chooses a tenant asks for. */
export const tenantPickSchema = z.object({
  /** Of a name or a short name. */
  text: z.string().trim().max(100).optional(),
  /** Just this one: the name of what is chosen already. */
  slug: z.string().min(1).max(63).optional(),
  /** Only those directly below. */
  direct: z.boolean().optional(),
  currency: z.string().length(3).optional(),
});
export type TenantPick = z.output<typeof tenantPickSchema>;
