import { createHmac } from "node:crypto";

import { parsePhoneNumberFromString } from "libphonenumber-js/max";

export type CallNumbers = Readonly<{
  kind: string;
  dialled: string;
  to_e164: string | null;
  from_number: string | null;
  /** The longest prefix that priced the call; empty where nothing did. */
  prefix: string;
}>;

/** What takes the place of a number. null: there was none that tells who somebody is. */
export type Tokens = Readonly<{ to: string | null; from: string | null }>;

/** At least so many digits are never shown: a prefix that names one subscriber is cut. */
const HIDDEN_DIGITS = 4;
const TOKEN = /^~(\d*)-([0-9a-f]{16})$/;

/** The key of this installation, from the secret that was given for it, or else that of the portal. */
export const pseudonymKeyOf = (secret: string): string =>
  createHmac("sha256", secret).update("pseudonyms of numbers").digest("base64url");

/**
 * The tokens of a call's numbers. The same number gives the same token within a tenant and another one elsewhere; what stays
 * readable is the prefix that its price was found by, else the code of its country. Without the key nobody gets back: not by
 * trying all numbers either. Extensions, echo and emergency numbers tell nobody and stay.
 */
export function tokensOf(call: CallNumbers, key: string, tenantId: string): Tokens {
  if (call.kind === "inbound") return { to: null, from: tokenOf(call.from_number ?? "", "", key, tenantId) };
  if (call.kind !== "external" && call.kind !== "invalid") return { to: null, from: null };
  return { to: tokenOf(call.to_e164 ?? call.dialled, call.prefix, key, tenantId), from: null };
}

/** The token of what is no number: a name, or an address of mail. Nothing of it stays readable. */
export const tokenOfName = (name: string, key: string, tenantId: string): string =>
  `~-${createHmac("sha256", key).update(`${tenantId}\n${name}`).digest("hex").slice(0, 16)}`;

function tokenOf(text: string, prefix: string, key: string, tenantId: string): string | null {
  if (text === "") return null;
  const digits = text.replace(/\D/g, "");
  // What is no number at all may be a name, which is somebody's too.
  const meant = digits.length > 2 ? digits : text;
  const mac = createHmac("sha256", key).update(`${tenantId}\n${meant}`).digest("hex").slice(0, 16);
  return `~${readableOf(digits, prefix)}-${mac}`;
}

function readableOf(digits: string, prefix: string): string {
  const country = parsePhoneNumberFromString(`+${digits}`)?.countryCallingCode ?? "";
  const longest = prefix !== "" && digits.startsWith(prefix) ? prefix : country;
  return digits.startsWith(longest) ? longest.slice(0, Math.max(0, digits.length - HIDDEN_DIGITS)) : "";
}

/** A token for people: what is known of the number, and enough to see that two are the same. undefined for what is none. */
export function readToken(text: string): string | undefined {
  const [, known, mac] = TOKEN.exec(text) ?? [];
  if (known === undefined || mac === undefined) return undefined;
  return `${known === "" ? "" : `+${known} `}~${mac.slice(0, 8)}`;
}
