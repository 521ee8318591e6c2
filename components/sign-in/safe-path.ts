/** A path of this portal to go on to, or its root. Anything that could lead elsewhere counts as not given. */
export function safePath(wanted: string | readonly string[] | undefined): string {
  const text = typeof wanted === "string" ? wanted : wanted?.[0];
  if (!text || !/^\/(?![/\\])[^\\]*$/.test(text) || hasControl(text)) return "/";
  return text.startsWith("/sign-in") ? "/" : text;
}

const hasControl = (text: string): boolean => [...text].some((sign) => sign.charCodeAt(0) < 32);
