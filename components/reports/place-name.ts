import { countryName } from "@/components/ui/country-name";
import { t } from "@/server/kernel/words";

/** A country's name, of the code that sums are kept by; what was no country is not known. */
export const placeName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? countryName(code) : t("Unknown"));
