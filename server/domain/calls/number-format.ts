import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/** E.164 digits (no plus sign) as people write them, such as +49 30 1234567; what is no such number stays as it is. */
export const formatNumber = (e164: string): string =>
  parsePhoneNumberFromString(`+${e164}`)?.formatInternational() ?? `+${e164}`;
