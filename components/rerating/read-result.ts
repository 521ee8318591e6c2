import type { RerateResult } from "@/server/domain/rerating/rerate.schema";

/** The result that a job of this kind keeps; undefined for anything else, such as the result of another kind of job. */
export function readRerateResult(result: unknown): RerateResult | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  if (!("preview" in result && "downMicros" in result && "top" in result && Array.isArray(result.top)))
    return undefined;
  return result as RerateResult;
}
