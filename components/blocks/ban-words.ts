import { msg, say, t } from "@/server/kernel/words";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** How long a ban still holds, in the largest unit that says enough. */
export function leftText(expiresAt: Date, now: Date): string {
  const seconds = Math.ceil((expiresAt.getTime() - now.getTime()) / 1000);
  if (seconds <= 0) return t("over");
  if (seconds < 2 * MINUTE_S) return t("{n} s left", { n: seconds });
  if (seconds < 2 * HOUR_S) return t("{n} min left", { n: Math.floor(seconds / MINUTE_S) });
  if (seconds < 2 * DAY_S) return t("{n} h left", { n: Math.floor(seconds / HOUR_S) });
  return t("{n, plural, one {# day left} other {# days left}}", { n: Math.floor(seconds / DAY_S) });
}

const scopes = { sip: msg("Telephones"), web: msg("Portal") } as const;
export const scopeText = (scope: keyof typeof scopes): string => say(scopes[scope]);

/** What a person may keep an address away from. */
export const reachChoices = () => [
  { value: "sip", label: scopeText("sip") },
  { value: "web", label: scopeText("web") },
  { value: "all", label: t("Telephones and portal") },
];

/** How often a ban was tried. Once the telephone system knows of it, it refuses by itself and tells nobody. */
export function hitsText({ scope, hits }: Readonly<{ scope: keyof typeof scopes; hits: number }>): string {
  if (scope === "web") return hits > 0 ? String(hits) : "–";
  return hits > 0
    ? t("{hits}, then refused by the telephone system; not counted", { hits })
    : t("refused by the telephone system; not counted");
}

/** For how long a person bans; empty: five minutes, and twice as long with each repetition. */
export const durationChoices = () =>
  [
    { value: "", label: t("By the rule: 5 minutes, doubled each time") },
    { value: "3600", label: t("1 hour") },
    { value: "86400", label: t("1 day") },
    { value: "604800", label: t("7 days") },
    { value: "2592000", label: t("30 days") },
    { value: "31536000", label: t("1 year") },
  ] as const;

type Source = Readonly<{ source: "automatic" | "incident" | "person" | "rule"; by: string }>;

/** Who holds a ban. */
export function sourceText({ source, by }: Source): string {
  if (source === "automatic") return t("by itself");
  if (source === "incident") return t("incident {number}", { number: by });
  return source === "rule" ? t("rule {name}", { name: by.replaceAll("_", " ") }) : by;
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
  const [count, numbers] = [extensions.length, extensions.join(", ")];
  const why =
    failures > 0
      ? t("{failures, plural, one {# wrong try} other {# wrong tries}} at your phones", { failures })
      : byProvider
        ? t("Blocked by your provider")
        : t("Wrong tries from there");
  if (works)
    return t("{why}; {count, plural, one {extension {numbers} works} other {extensions {numbers} work}} there", {
      why,
      count,
      numbers,
    });
  if (own) return why;
  return count === 0
    ? t("{why}, by a stranger", { why })
    : t("{why}, by a stranger: {count, plural, one {extension {numbers}} other {extensions {numbers}}}", {
        why,
        count,
        numbers,
      });
}

/** A blocked number as it is written: a star stands for whatever follows. */
export const numberText = ({ digits, exact }: Readonly<{ digits: string; exact: boolean }>): string =>
  `+${digits}${exact ? "" : "…"}`;
