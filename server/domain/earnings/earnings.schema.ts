import { z } from "zod";

/** A month of the tenant's own calendar, as 2027-01. */
export const monthSchema = z
  .string()
  .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, "Use a month such as 2027-01.")
  .optional();
