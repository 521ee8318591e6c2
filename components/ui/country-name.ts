import { regionText } from "@/server/kernel/locale";

/** "Germany" for DE, in the language spoken; a code that names no country stays as it is. */
export const countryName = (code: string): string => regionText(code);
