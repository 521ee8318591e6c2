import { createHash } from "node:crypto";

import type { ManifestItem } from "@/server/domain/evidence/evidence.schema";

/** The SHA-256 of bytes or of text in UTF-8, in hexadecimal. */
export const sha256Of = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** What the first snapshot of a tenant is chained to. */
const NOTHING = "0".repeat(64);

type Linked = Pick<ManifestItem, "name" | "sha256" | "note">;

/** The chain's value after an item: it depends on every item before, on their order, and on the snapshot before. */
export const link = (before: string, { name, sha256, note }: Linked): string =>
  sha256Of(JSON.stringify([before, name, sha256, note]));

/** The values of a chain, one per item; the last is the head. */
export function chainOf(previousManifest: string | undefined, items: readonly Linked[]): string[] {
  let value = previousManifest ?? NOTHING;
  return items.map((item) => {
    value = link(value, item);
    return value;
  });
}
