import { z } from "zod";

import type { TenantId } from "@/server/kernel/ids";

/** What a chain's event of that number must hash to: noted outside the database when it was so. */
export type Anchor = { readonly tenantId: TenantId; readonly seq: bigint; readonly hash: string };

const lineSchema = z
  .object({
    tenant_id: z.uuid(),
    seq: z.union([z.string().regex(/^\d{1,18}$/), z.int().min(0)]),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .transform(({ tenant_id, seq, hash }): Anchor => ({ tenantId: tenant_id as TenantId, seq: BigInt(seq), hash }));

/** A head as a line of the file of anchors; the lines of the copied trail have the same names, and more. */
export const anchorLine = ({ tenantId, seq, hash }: Anchor, at: Date): string =>
  JSON.stringify({ at: at.toISOString(), tenant_id: tenantId, seq: String(seq), hash });

/** Reads a line of either file; undefined for what is none, such as a line that a crash cut short. */
export function readAnchor(line: string): Anchor | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
