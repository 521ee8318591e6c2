/** What the check needs of a request; `own` are origins of this portal. */
type Asked = Readonly<{ method: string; headers: Headers; own: string }>;

/**
 * Whether a request that may change something was made by our own pages. A browser says where a request comes from and a
 * page cannot forge that; a program that is not a browser sends neither header and carries nobody's cookies by accident.
 */
export function isSameOrigin({ method, headers, own }: Asked): boolean {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return true;
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = headers.get("origin");
  if (origin === null) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === headers.get("host") || new URL(origin).origin === new URL(own).origin;
}
