import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { parseNetwork } from "@/server/domain/bans/network.rules";

/** What a text may be meant as. Everything is optional: one text may be several things, or none. */
export type Reading = Readonly<{
  /** As it was typed, without blanks around it. */
  text: string;
  id?: string;
  /** Numbers in full that it may stand for: digits of E.164 without the plus sign, the likeliest first. */
  numbers: readonly string[];
  /** All its digits, when there is hardly anything else in it. */
  digits?: string;
  /** An IP address, without the port that was pasted with it. */
  address?: string;
  incident?: number;
  statement?: string;
}>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER_CHARACTERS = /^[+\d\s()./\u00a0\u2010-\u2013-]+$/;
const MOST_DIGITS = 15;

/**
 * Reads what was typed or pasted: ids, addresses, and numbers as people write them (+49 (0)30 12, 0049…, 030/12, sip:+49…@host).
 * @param country of the tenant: whose way of writing a national number it is.
 */
export function readText(typed: string, country: string): Reading {
  const text = typed.trim();
  const bare = text.replace(/^(?:sips?|tel):/i, "").replace(/[@;].*$/s, "");
  const address = addressIn(text) ?? addressIn(bare);
  const id = UUID.test(text) ? { id: text.toLowerCase() } : {};
  const incident = /^(?:inc(?:ident)?[\s-]*|#)(\d{1,9})$/i.exec(text)?.[1];
  const statement = /^\d{4}-\d{6,9}$/.test(text) ? { statement: text } : {};
  const named = { text, ...id, ...statement, ...(incident ? { incident: Number(incident) } : {}) };
  if (address !== undefined) return { ...named, address, numbers: [] };
  if (!NUMBER_CHARACTERS.test(bare)) return { ...named, numbers: [] };
  const plain = bare.replace(/\(0\)/g, "");
  const digits = plain.replace(/\D/g, "").replace(/^00/, "");
  if (digits.length === 0) return { ...named, numbers: [] };
  return { ...named, digits, numbers: digits.length > MOST_DIGITS ? [] : numbersIn(plain, digits, country) };
}

function numbersIn(plain: string, digits: string, country: string): readonly string[] {
  const home = isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const abroad = plain.trim().startsWith("00") ? `+${digits}` : plain;
  const parsed = parsePhoneNumberFromString(abroad, home);
  const read = parsed && digits.length > 3 ? [parsed.number.slice(1)] : [];
  // A number in full whose plus sign got lost on the way here.
  return [...new Set([...read, digits])].filter((each) => /^[1-9]\d{1,14}$/.test(each));
}

function addressIn(text: string): string | undefined {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(text)?.[1];
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1];
  const address = (bracketed ?? withPort ?? text).toLowerCase();
  if (address.includes("/")) return undefined;
  return typeof parseNetwork(address) === "string" ? undefined : address;
}

/** For LIKE: the text as it stands, whatever percent signs and backslashes are in it. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, "\\$&");
