import { isIP } from "node:net";

/** For whom passkeys are made: browsers bind each to a name, and show it nobody else. */
export type RelyingParty = Readonly<{ id: string; origin: string }>;

/**
 * The name and the origin behind APP_URL. Browsers take names only: this machine is called localhost, and another bare address
 * has none.
 */
export function relyingPartyOf(appUrl: string): RelyingParty | undefined {
  const url = new URL(appUrl);
  if (/^(127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) url.hostname = "localhost";
  if (isIP(url.hostname.replace(/^\[|\]$/g, ""))) return undefined;
  return { id: url.hostname, origin: url.origin };
}
