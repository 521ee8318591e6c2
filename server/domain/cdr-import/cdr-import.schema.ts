import { z } from "zod";

import { isZone } from "@/server/domain/cdr-import/moment.rules";

/** Where a file of call records comes from: Asterisk's Master.csv, our own file, or a carrier. */
export const cdrFormats = ["master", "spool", "carrier"] as const;

/** Of one part of a file as it travels: gzip in base64. */
export const PART_BYTES = 512 * 1024;
export const MOST_PARTS = 2_000;
/** Of a file before compression. */
export const MOST_FILE_BYTES = 4_000_000_000;

export const cdrOptionsSchema = z.object({
  format: z.enum(cdrFormats),
  /** The PBX's name, or the carrier's: a record's id is unique in it. */
  source: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._-]{1,40}$/, "One to forty letters, digits, dots or dashes."),
  /** Whose wall clock the times are; UTC for usegmtime=yes. */
  timeZone: z.string().max(64).refine(isZone, "No zone of that name.").default("UTC"),
  /** initiatedseconds=yes: the PBX rounds the talk time up to whole seconds. */
  initiatedSeconds: z.boolean().default(false),
  delimiter: z.enum(["auto", ",", ";", "tab", "|"]).default("auto"),
  decimals: z.enum(["auto", "point", "comma"]).default("auto"),
  dateOrder: z.enum(["auto", "ymd", "dmy", "mdy"]).default("auto"),
  /** Of a carrier's costs, where the file does not say. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "Three capital letters.")
    .default("EUR"),
  /** How far a carrier's clock may be off. */
  toleranceSeconds: z.number().int().min(0).max(600).default(10),
  /** Talk times this far apart are equal. */
  talkToleranceSeconds: z.number().int().min(0).max(60).default(2),
  /** Costs this far above what was taken are no loss. */
  costTolerance: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, "An amount such as 0.001.")
    .default("0"),
  /** The time that the file covers; without it, from its first record to its last. Our calls outside are not missed. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** false: other carriers take calls too, so that a call which is not in this file is no difference. */
  expectAll: z.boolean().default(true),
  /** Compare even when hardly any record is a call of ours. */
  anyway: z.boolean().default(false),
  /** Nothing is kept: only what would be found is told. */
  dryRun: z.boolean().default(false),
});
export type CdrOptions = z.infer<typeof cdrOptionsSchema>;

export const newCdrImportSchema = cdrOptionsSchema.extend({
  fileName: z.string().trim().min(1).max(200),
  /** Of the file as it is, before compression. */
  bytes: z.number().int().min(1, "The file is empty.").max(MOST_FILE_BYTES, "A file has at most 4 GB."),
});
export type NewCdrImport = z.infer<typeof newCdrImportSchema>;

export const cdrPartSchema = z.object({
  part: z
    .number()
    .int()
    .min(0)
    .max(MOST_PARTS - 1, "That is too much for one file: cut it in two."),
  /** The bytes as base64. */
  data: z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, "Not base64.")
    .max(Math.ceil(PART_BYTES / 3) * 4 + 4, "That part is too large."),
});

/** How many parts were sent, said when the file is complete. */
export const cdrStartSchema = z.object({ parts: z.number().int().min(1).max(MOST_PARTS) });
