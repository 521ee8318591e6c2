import type { z } from "zod";

import { BadInput } from "./command";

/**
 * Checks what was typed by the schema that the portal's form uses.
 * @param names which option stands for which field; a field of the same name needs no entry.
 * @throws BadInput naming the option and the rule.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  typed: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>> = {},
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? "");
  throw new BadInput(`--${names[field] ?? field}: ${issue?.message ?? "not allowed"}`);
}

const MOST = 10_000;

/** A whole number from 1 to ten thousand, as for --limit. */
export function checkCount(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MOST) throw new BadInput(`--${name}: a whole number from 1 to ${MOST}.`);
  return count;
}
