import type { Dialled } from "@/server/domain/rating/dialling.rules";
import { hasNormalNumbers, type NumberClass } from "@/server/kernel/number-class";

const special: ReadonlySet<string> = new Set(["premium", "shared_cost", "personal", "pager", "satellite"]);

/**
 * The class of a number by its kind. Whether it is in a range that fraud is fond of, which wins, the database knows.
 * @returns undefined for what is no number outside.
 */
export function classByKind(number: Dialled): Exclude<NumberClass, "fraud"> | undefined {
  if (number.kind !== "external") return undefined;
  return !hasNormalNumbers(number.country) || special.has(number.type) ? "special" : "normal";
}
