/** The prefix makes a browser refuse the cookie from a sibling domain or over plain HTTP. */
export const sessionCookieName = (secure: boolean): string =>
  secure ? "__Host-ringfence.session" : "ringfence.session";

export const isSecureUrl = (appUrl: string): boolean => appUrl.startsWith("https:");

/** How long a sign-in lasts at most. The row in the database ends it earlier when it is revoked. */
export const SESSION_HOURS = 12;
