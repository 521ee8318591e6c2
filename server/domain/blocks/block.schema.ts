import { z } from "zod";

import { networkField } from "@/server/domain/bans/ban.schema";
import { MOST_FILE_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `At most ${most} characters.`)
    .regex(/^\P{Cc}*$/u, "No line breaks or other control characters.");

/** A number of E.164, as people write it: with a plus sign or 00, or neither; blanks, dots, dashes and brackets are let go. */
export const blockedDigits = z
  .string()
  .trim()
  .max(40)
  .transform((text, context) => {
    const digits = text.replace(/[\s().-]/g, "").replace(/^(?:\+|00)/, "");
    if (/^[1-9]\d{0,14}$/.test(digits)) return digits;
    const message = "Use the digits with the country's code, such as +4990012345 or +49900.";
    context.issues.push({ code: "custom", input: text, message });
    return z.NEVER;
  });

export const numberBlockSchema = z.object({
  digits: blockedDigits,
  /** That number alone; else all that begin so. */
  exact: z.boolean().default(false),
  note: line(200).default(""),
});
export const numberBlockId = z.uuid();

export const listName = line(80).min(1, "Give it a name.");
export const hotListId = z.uuid();
export const hotModes = ["merge", "replace"] as const;
export type HotMode = (typeof hotModes)[number];

export const newHotImportSchema = z.object({
  hotListId,
  fileName: line(200).min(1),
  bytes: z.number().int().min(1, "The file is empty.").max(MOST_FILE_BYTES),
  /** replace: what is not in the file is taken off the list. */
  mode: z.enum(hotModes).default("merge"),
});

/** How many networks an extension's list may have: the PBX reads all of them with every request. */
export const MOST_NETWORKS = 30;
/** An address out of everywhere is no list. */
const widest = { 4: 8, 6: 16 } as const;

/** The endpoint of a trunk in the files of the PBX. */
export const trunkName = z
  .string()
  .trim()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, "Use its name in the PBX's files: small letters, digits and dashes, at most 40.");

const networksField = z
  .array(networkField(widest))
  .max(MOST_NETWORKS, `At most ${MOST_NETWORKS} networks.`)
  .transform((all) => [...new Set(all)]);

export const trunkNetworksSchema = z
  .object({
    trunk: trunkName,
    /** Empty: the addresses that are configured at the PBX. */
    networks: networksField,
    /** Says that calls or registrations which the list leaves out are to be cut off. */
    cutOff: z.boolean().default(false),
    /** Says that the portal has not heard of this trunk yet. */
    isNew: z.boolean().default(false),
  })
  .refine(({ isNew, networks }) => !isNew || networks.length > 0, {
    path: ["networks"],
    message: "A new trunk needs at least one network.",
  });

export const allowListSchema = z.object({
  /** Empty: the phone may come from everywhere. */
  networks: networksField,
  /** Says that phones which are registered from elsewhere are to be cut off. */
  cutOff: z.boolean().default(false),
});
