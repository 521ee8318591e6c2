/** A path of this portal to go on to, or its root. Anything that could lead elsewhere counts as not given. */
export function safePath(wanted: string | readonly string[] | undefined): string {
  const text = pathHere(typeof wanted === "string" ? wanted : wanted?.[0]);
  return text.startsWith("/sign-in") ? "/" : text;
}

/** The same for what may also be the sign-in. */
export const pathHere = (text: string | null | undefined): string =>
  text && /^\/(?![/\\])[^\\]*$/.test(text) && !hasControl(text) ? text : "/";

const hasControl = (text: string): boolean => [...text].some((sign) => sign.charCodeAt(0) < 32);
