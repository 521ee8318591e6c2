import { z } from "zod";

import { isDay } from "@/server/domain/statements/statement.rules";

const daySchema = z.string().trim().refine(isDay, "Write a day such as 2026-03-31.");

/** Whole days of the tenant's zone, both included. */
export const periodSchema = z
  .object({ from: daySchema, to: daySchema })
  .refine(({ from, to }) => from <= to, { path: ["to"], message: "The last day is before the first." })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 366 * 86_400_000, {
    path: ["to"],
    message: "At most 367 days.",
  });

/** As a statement is named by its seller. */
export const statementNumberSchema = z.string().regex(/^\d{4}-\d{6,12}$/, "A number looks like 2026-000123.");

/** Which of a tenant's statements; `side` "sold" is those it gave to whom it sells to. */
export const statementFilterSchema = z.object({
  side: z.enum(["own", "sold"]).optional(),
  kind: z.enum(["month", "range"]).optional(),
  year: z.number().int().min(2000).max(9999).optional(),
  /** Of a number or a customer's name. */
  text: z.string().trim().max(100).optional(),
  cursor: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}_\d{4}-\d{6,12}$/)
    .refine((cursor) => isDay(cursor.slice(0, 10)))
    .optional(),
  limit: z.number().int().min(1).max(500).optional(),
});
export type StatementFilter = z.output<typeof statementFilterSchema>;

export const statementFormats = ["pdf", "csv"] as const;
export type StatementFormat = (typeof statementFormats)[number];

/** What stands on statements beside the name. */
export const billingDetailsSchema = z.object({
  address: z
    .string()
    .trim()
    .max(500, "At most 500 characters.")
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*(\r?\n[^\p{Cc}\p{Zl}\p{Zp}]*){0,7}$/u, "At most eight lines, no control characters.")
    .transform((text) => text.replaceAll("\r\n", "\n")),
  vatId: z
    .string()
    .trim()
    .max(40, "At most 40 characters.")
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "No control characters."),
});
export type BillingDetails = z.output<typeof billingDetailsSchema>;
