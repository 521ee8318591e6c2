import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import { readToken } from "@/server/domain/retention/pseudonym.rules";

/** E.164 digits (no plus sign) as people write them, such as +49 30 1234567; what is no such number stays as it is. */
export const formatNumber = (e164: string): string =>
  readToken(e164) ?? parsePhoneNumberFromString(`+${e164}`)?.formatInternational() ?? `+${e164}`;

/** A caller as the trunk named it, for people: grouped where it is told in full, as it came where not; null for nobody. */
export const formatCaller = (from: string | null): string | null =>
  from?.startsWith("+") ? formatNumber(from.slice(1)) : from ? (readToken(from) ?? from) : null;
