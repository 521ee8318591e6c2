const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** How long a ban still holds, in the largest unit that says enough. */
export function leftText(expiresAt: Date, now: Date): string {
  const seconds = Math.ceil((expiresAt.getTime() - now.getTime()) / 1000);
  if (seconds <= 0) return "over";
  if (seconds < 2 * MINUTE_S) return `${seconds} s left`;
  if (seconds < 2 * HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min left`;
  if (seconds < 2 * DAY_S) return `${Math.floor(seconds / HOUR_S)} h left`;
  return `${Math.floor(seconds / DAY_S)} days left`;
}

export const scopeWords = { sip: "Telephones", web: "Portal" } as const;

/** For how long a person bans; empty: five minutes, and twice as long with each repetition. */
export const durationChoices = [
  { value: "", label: "By the rule: 5 minutes, doubled each time" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
  { value: "31536000", label: "1 year" },
] as const;

type Source = Readonly<{ source: "automatic" | "incident" | "person" | "rule"; by: string }>;

/** Who holds a ban. */
export function sourceText({ source, by }: Source): string {
  if (source === "automatic") return "by itself";
  if (source === "incident") return `incident ${by}`;
  return source === "rule" ? `rule ${by.replaceAll("_", " ")}` : by;
}

/** All who hold it, in one line; a ban that is over shows who placed it. */
export const holdersText = ({ owners, ...ban }: Source & { readonly owners: readonly Source[] }): string =>
  owners.length > 0 ? [...new Set(owners.map(sourceText))].join(", ") : sourceText(ban);

type OwnBan = Readonly<{
  failures: number;
  extensions: readonly string[];
  works: boolean;
  own: boolean;
  byProvider: boolean;
}>;

/** Why an address of one's own is refused, and whose phones are there. */
export function ownBanText({ failures, extensions, works, own, byProvider }: OwnBan): string {
  const tries = failures === 1 ? "1 wrong try" : `${failures} wrong tries`;
  const named =
    extensions.length > 0 ? ` ${extensions.length === 1 ? "extension" : "extensions"} ${extensions.join(", ")}` : "";
  const why =
    failures > 0 ? `${tries} at your phones` : byProvider ? "Blocked by your provider" : "Wrong tries from there";
  if (works) return `${why};${named} ${extensions.length === 1 ? "works" : "work"} there`;
  return own ? why : `${why}, by a stranger${named && `:${named}`}`;
}

/** A blocked number as it is written: a star stands for whatever follows. */
export const numberText = ({ digits, exact }: Readonly<{ digits: string; exact: boolean }>): string =>
  `+${digits}${exact ? "" : "…"}`;
