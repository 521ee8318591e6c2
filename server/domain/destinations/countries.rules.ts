import { type CountryCode, getCountries, getCountryCallingCode, isSupportedCountry } from "libphonenumber-js/max";

import { specialDestinations } from "@/server/domain/rating/dialling.rules";

const special: Readonly<Record<string, string>> = specialDestinations;
const names = new Intl.DisplayNames("en", { type: "region" });

/** All that calls can be opened to: countries, and the two that stand for numbers that no country has. */
export const countries: readonly string[] = [...getCountries(), ...Object.keys(special)];

/** What it is called in English. */
export const countryName = (country: string): string => special[country] ?? names.of(country) ?? country;

/** @returns the calling code without the plus sign; empty for what is no country. */
export const callingCodeOf = (country: string): string =>
  isSupportedCountry(country) ? getCountryCallingCode(country as CountryCode) : "";

/** Whether calls can be opened to it. */
export const isDestination = (country: string): boolean => countries.includes(country);
