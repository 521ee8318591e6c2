import { z } from "zod";

import { numberClasses } from "@/server/kernel/number-class";

/** Two letters as ISO 3166 has them, or XS and XN for the numbers that no country has. */
export const countrySchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, "Use a country's two letters, such as DE.");

/** Whose calls are meant: the tenant's own, or those of everybody from it down. */
export const reaches = ["own", "below"] as const;
export type Reach = (typeof reaches)[number];

const changeSchema = z.object({ country: countrySchema, numbers: z.enum(numberClasses), open: z.boolean() });

/** One class of a country's numbers, opened or closed. */
export type DestinationChange = z.infer<typeof changeSchema>;

export const destinationChangesSchema = z.object({
  reach: z.enum(reaches).default("own"),
  changes: z.array(changeSchema).min(1, "Nothing was changed.").max(1_000, "At most 1000 changes at once."),
});

/** Countries of each class in one line, "DE FR": what is asked in an address has to be short. */
const countriesSchema = z
  .string()
  .max(1_000)
  .regex(/^(?:[A-Z]{2}(?: [A-Z]{2})*)?$/, "Use countries' two letters, parted by blanks.")
  .default("");
const perClassSchema = z.object({ normal: countriesSchema, special: countriesSchema, fraud: countriesSchema });

export const destinationPreviewSchema = z.object({
  reach: z.enum(reaches).default("own"),
  opens: perClassSchema,
  closes: perClassSchema,
});
export type DestinationPreview = z.infer<typeof destinationPreviewSchema>;

/** What the short form stands for. */
export const changesOf = ({ opens, closes }: Pick<DestinationPreview, "opens" | "closes">): DestinationChange[] =>
  [opens, closes].flatMap((side) =>
    numberClasses.flatMap((numbers) =>
      side[numbers]
        .split(" ")
        .filter((country) => country !== "")
        .map((country) => ({ country, numbers, open: side === opens })),
    ),
  );

/** A list of ranges as CSV. Two megabytes hold the twenty thousand ranges that a list may have. */
export const fraudRangesSchema = z.object({ ranges: z.string().min(1, "The file is empty.").max(2_000_000) });
