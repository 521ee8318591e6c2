import { type CountryCode, getCountries, getCountryCallingCode, isSupportedCountry } from "libphonenumber-js/max";

import { specialDestinations } from "@/server/domain/rating/dialling.rules";
import { regionText } from "@/server/kernel/locale";
import { type Message, say } from "@/server/kernel/words";

const special: Readonly<Record<string, Message>> = specialDestinations;

/** All that calls can be opened to: countries, and the two that stand for numbers that no country has. */
export const countries: readonly string[] = [...getCountries(), ...Object.keys(special)];

/** What it is called, in the language of who asks. */
export function countryName(country: string): string {
  const known = special[country];
  return known ? say(known) : regionText(country);
}

/** @returns the calling code without the plus sign; empty for what is no country. */
export const callingCodeOf = (country: string): string =>
  isSupportedCountry(country) ? getCountryCallingCode(country as CountryCode) : "";

/** Whether calls can be opened to it. */
export const isDestination = (country: string): boolean => countries.includes(country);
