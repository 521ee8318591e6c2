import { z } from "zod";

/** Two letters as ISO 3166 has them, or XS and XN for the numbers that no country has. */
export const countrySchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, "Use a country's two letters, such as DE.");

export const destinationSchema = z.object({ country: countrySchema, open: z.boolean() });
