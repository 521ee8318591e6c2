import { t } from "@/server/kernel/words";

const hints: Readonly<Record<string, (provider: string) => string>> = {
  "DST-04": () => t("Dial it in full: +49 30 1234567 or 0049 30 1234567; within your own country 030 1234567 will do."),
  "RAT-01": (provider) => t("Ask {provider} for a price for this number.", { provider }),
  "BAL-03": (provider) => t("Ask {provider}. Your own credit was not touched.", { provider }),
  "SEC-02": (provider) => t("Ask {provider} to lift the suspension.", { provider }),
  "INC-01": (provider) =>
    t("Stopped by {provider}, who lets them through again when the incident is dealt with.", { provider }),
  "INC-02": (provider) => t("Ask {provider} whether this number can be reached another way.", { provider }),
  "NET-02": () => t("Try again in a minute; the carrier may have been busy."),
  "LIM-02": () => t("Wait a minute and dial again."),
  "SYS-01": (provider) => t("Try again. If it stays, tell {provider} the call ID below.", { provider }),
  "SYS-02": (provider) => t("If it happens again, tell {provider} the call ID below.", { provider }),
};

/** What to do about a refusal that no page can mend, in one sentence. */
export const fixHint = (reason: string | null, provider: string | null): string | undefined =>
  reason === null ? undefined : hints[reason]?.(provider ?? t("who to ask|your provider"));

type Call = Readonly<{ reason: string | null; country: string | null; from: Readonly<{ extensionNumber: string }> }>;

const closedDestination: ReadonlySet<string> = new Set(["DST-01", "DST-02", "DST-06"]);

/** The page that mends it, opened at the very thing: the country, or the extension. */
export function fixHref(path: string, call: Call): string {
  if (closedDestination.has(call.reason ?? "") && call.country) return `${path}?q=${encodeURIComponent(call.country)}`;
  if (call.reason === "SEC-01") return `${path}?q=${encodeURIComponent(call.from.extensionNumber)}`;
  return path;
}
