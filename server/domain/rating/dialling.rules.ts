import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  type NumberType as LibraryType,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";

import { isEmergencyNumber } from "@/server/domain/rating/emergency.rules";
import { msg } from "@/server/kernel/words";

type NumberType =
  | "fixed"
  | "mobile"
  | "fixed_or_mobile"
  | "toll_free"
  | "premium"
  | "shared_cost"
  | "personal"
  | "voip"
  | "pager"
  | "satellite"
  | "other";

export type Dialled =
  | Readonly<{ kind: "external"; digits: string; e164: string; country: string; type: NumberType }>
  /** Short enough to be an extension; whether the tenant has it, its database knows. */
  | Readonly<{
      kind: "internal" | "emergency" | "echo" | "invalid";
      digits: string;
      e164?: never;
      country?: never;
      type?: never;
    }>;

/** The built-in echo test. */
const ECHO_CODE = "*43";

/**
 * Numbers that no country has, under codes that the standard leaves to us: XS satellite phones, XN international networks
 * and services. They are opened and closed like countries.
 */
export const specialDestinations = { XS: msg("Satellite phones"), XN: msg("International networks") } as const;
const satelliteCodes = /^(?:870|881|88213|88216|88217)/;

const LONGEST_EXTENSION = 6;
const LONGEST_E164 = 15;

/** Calling codes that several countries share: there the country is only known for a number of the published plan. */
const sharedCodes = (() => {
  const countries = new Map<string, number>();
  for (const country of getCountries()) {
    const code = getCountryCallingCode(country);
    countries.set(code, (countries.get(code) ?? 0) + 1);
  }
  return new Set([...countries].filter(([, count]) => count > 1).map(([code]) => code));
})();

const typeNames: Readonly<Record<NonNullable<LibraryType>, NumberType>> = {
  FIXED_LINE: "fixed",
  MOBILE: "mobile",
  FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
  TOLL_FREE: "toll_free",
  PREMIUM_RATE: "premium",
  SHARED_COST: "shared_cost",
  PERSONAL_NUMBER: "personal",
  VOIP: "voip",
  PAGER: "pager",
  UAN: "other",
  VOICEMAIL: "other",
};

/**
 * Makes of what a phone dialled what it means for a tenant at home in that country: an emergency number, the echo test,
 * something short that may be an own extension, or an E.164 number (without the plus sign) with its country.
 *
 * Only ASCII digits, one leading plus and the separators people type (blank - . / and brackets) are read; anything else
 * is "invalid", because the result becomes part of a dial string.
 */
export function readDialled(dialled: string, homeCountry: string): Dialled {
  const digits = dialled.trim().replace(/(?<=[0-9)])[ ().-]+(?=[0-9(])|^\((?=[0-9])/g, "");
  if (isEmergencyNumber(homeCountry, digits)) return { kind: "emergency", digits };
  if (digits === ECHO_CODE) return { kind: "echo", digits };
  const invalid = { kind: "invalid", digits: dialled } as const;
  if (!/^\+?[0-9]{2,20}$/.test(digits)) return invalid;

  const short = !digits.startsWith("+") && digits.length <= LONGEST_EXTENSION;
  const number = parse(digits, homeCountry);
  const known = number && countryOf(number);
  if (!number || !known || (short && !number.isValid())) return short ? { kind: "internal", digits } : invalid;
  const e164 = number.number.slice(1);
  if (e164.length > LONGEST_E164 || !/^[1-9][0-9]{4,14}$/.test(e164)) return invalid;
  return { kind: "external", digits, e164, country: known, type: typeOf(number) };
}

function parse(digits: string, homeCountry: string): PhoneNumber | undefined {
  const country: { defaultCountry?: CountryCode } = isSupportedCountry(homeCountry)
    ? { defaultCountry: homeCountry }
    : {};
  const number = parsePhoneNumberFromString(digits, { ...country, extract: false });
  return number?.isPossible() ? number : undefined;
}

/** @returns undefined when the number could belong to more than one country, or to none. */
function countryOf(number: PhoneNumber): string | undefined {
  if (number.isNonGeographic()) return satelliteCodes.test(number.number.slice(1)) ? "XS" : "XN";
  // A number outside the published plan of a shared code could hide an expensive country behind a cheap one.
  if (sharedCodes.has(number.countryCallingCode) && !number.isValid()) return undefined;
  return number.country;
}

function typeOf(number: PhoneNumber): NumberType {
  if (satelliteCodes.test(number.number.slice(1))) return "satellite";
  const type = number.getType();
  return type === undefined ? "other" : typeNames[type];
}
