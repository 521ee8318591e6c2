import { countryName } from "@/components/ui/country-name";

/** A country's name, of the code that sums are kept by; what was no country is not known. */
export const placeName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? countryName(code) : "Unknown");
