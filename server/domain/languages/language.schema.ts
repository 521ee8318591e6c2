import { z } from "zod";

import { type Language, languages } from "@/server/kernel/languages";

/** One of the languages that the portal speaks. */
export const languageSchema = z.enum(Object.keys(languages) as [Language, ...Language[]]);
