import metadata from "libphonenumber-js/max/metadata";

import type { SqlPool } from "@/server/infra/db/pool";

/** Where the published plan of a country stands in the library's data, and in it the kinds of numbers. */
const CALLING_CODE = 0;
const KINDS = 11;
const kinds = { premium: 3, personal: 4 } as const;

export type NumberRange = Readonly<{ country: string; kind: string; pattern: string }>;

/**
 * The numbers of every country that cost more than they look, as patterns over the digits of E.164: premium ones, and
 * personal ones that ring wherever their holder wants to be paid for.
 */
export function numberRanges(): NumberRange[] {
  return Object.entries(metadata.countries).flatMap(([country, plan]) => {
    const patterns: unknown = plan[KINDS];
    if (!Array.isArray(patterns)) return [];
    return Object.entries(kinds).flatMap(([kind, at]) => {
      const [pattern] = Array.isArray(patterns[at]) ? patterns[at] : [];
      if (typeof pattern !== "string") return [];
      return [{ country, kind, pattern: `^${String(plan[CALLING_CODE])}(?:${pattern})$` }];
    });
  });
}

/** Writes them where calls are judged. A repeat changes nothing. @returns how many were new or different. */
export async function learnNumberRanges(pool: SqlPool): Promise<number> {
  const text = "SELECT number_ranges_set($1) AS n";
  const [row] = await pool.query<{ n: number }>("number_ranges_set", text, [JSON.stringify(numberRanges())]);
  return row?.n ?? 0;
}
