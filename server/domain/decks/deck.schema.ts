import { z } from "zod";

import { PART_BYTES, UPLOAD_MEGABYTES } from "@/server/domain/decks/deck-file.schema";
import { deckEncodings, deckFields, delimiterNames, NOT_READ } from "@/server/domain/decks/deck-kinds.schema";

/** What somebody says about a file, in place of what would be detected. */
export const deckSettingsSchema = z.object({
  delimiter: z.enum(delimiterNames).optional(),
  encoding: z.enum(deckEncodings).optional(),
  decimal: z.enum(["point", "comma"]).optional(),
  /** How a date such as 03/04/2027 is meant. */
  dates: z.enum(["dmy", "mdy"]).optional(),
  /** First and next seconds of rows that do not say theirs. */
  increments: z
    .string()
    .trim()
    .regex(/^\d{1,4}\/\d{1,4}$/, "Two numbers of seconds, such as 60/6.")
    .refine((text) => text.split("/").every((part) => Number(part) >= 1 && Number(part) <= 3_600), "From 1 to 3600.")
    .optional(),
  /** The line of the column names, 1 for the first; 0 when there is none and `columns` says what is where. */
  header: z.number().int().min(0).max(100).optional(),
  /** What each column means, by position; "-" for one that is not read. */
  columns: z
    .array(z.enum([...deckFields, NOT_READ]))
    .max(100)
    .optional(),
});
export type DeckSettings = z.output<typeof deckSettingsSchema>;

export const deckModes = ["merge", "replace"] as const;
export type DeckMode = (typeof deckModes)[number];

/** When a deck's prices begin to count. */
export const effectiveSchema = z.iso.datetime({ offset: true, error: "Use a time such as 2027-01-31T00:00:00Z." });

export const newDeckSchema = z.object({
  planId: z.uuid(),
  fileName: z
    .string()
    .trim()
    .min(1, "The file needs a name.")
    .max(200, "At most 200 characters.")
    .regex(/^[^\p{Cc}]+$/u, "No control characters."),
  mode: z.enum(deckModes),
  /** When its prices begin to count; left out, with the moment they are applied. */
  effective: effectiveSchema.optional(),
  settings: deckSettingsSchema.optional(),
});
export type NewDeck = z.output<typeof newDeckSchema>;

const MOST_PARTS = 120;

/** A deck whose file is sent in parts. */
export const uploadedDeckSchema = newDeckSchema.extend({
  bytes: z
    .number()
    .int()
    .min(1, "The file is empty.")
    .max(UPLOAD_MEGABYTES * 1024 * 1024, `A file has at most ${UPLOAD_MEGABYTES} MB.`),
  parts: z.number().int().min(1).max(MOST_PARTS),
});
export type UploadedDeck = z.output<typeof uploadedDeckSchema>;

export const deckPartSchema = z.object({
  part: z
    .number()
    .int()
    .min(0)
    .max(MOST_PARTS - 1),
  /** The bytes as base64. */
  data: z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, "Not base64.")
    .max(Math.ceil(PART_BYTES / 3) * 4, "That part is too large."),
});

export const changeKinds = ["new", "up", "down", "changed", "removed", "same"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Which of a deck's changes are shown. */
export const changeFilterSchema = z.object({
  kinds: z.array(z.enum(changeKinds)).max(changeKinds.length).optional(),
  prefix: z
    .string()
    .regex(/^\d{0,15}$/)
    .optional(),
  /** Only prices that move by more than so many percent, either way. */
  morePercent: z.number().int().min(0).max(100_000).optional(),
  /** Only those that leave somebody below the margin they want. */
  belowFloor: z.boolean().optional(),
});
export type ChangeFilter = z.output<typeof changeFilterSchema>;

/** The largest file that is taken. */
export const MOST_DECK_BYTES = 128 * 1024 * 1024;
