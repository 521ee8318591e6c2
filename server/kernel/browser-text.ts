const browsers = [
  [/Edg\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/Firefox\/(\d+)/, "Firefox"],
  [/(?:Headless)?Chrome\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari/, "Safari"],
] as const;

const systems = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
] as const;

/** "Firefox 150 on Linux", from a browser's long name for itself. */
export function browserText(userAgent: string | null | undefined): string {
  const text = userAgent ?? "";
  const browser = browsers.find(([pattern]) => pattern.test(text));
  if (!browser) return text.slice(0, 40) || "Unknown browser";
  const version = browser[0].exec(text)?.[1];
  const system = systems.find(([pattern]) => pattern.test(text))?.[1];
  return `${browser[1]} ${version}${system ? ` on ${system}` : ""}`;
}
