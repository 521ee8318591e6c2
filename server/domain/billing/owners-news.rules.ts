import { formatMicros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

export type NewsLevel = Readonly<{ level: number; of: number; levelMicros: bigint; belowDays: number | null }>;

export type News = Readonly<{
  kind: "low" | "paused" | "capped";
  availableMicros: bigint;
  /** Of low credit: the levels that were passed, and the one that comes next when there is one. */
  levels: readonly NewsLevel[];
  next: Readonly<{ belowMicros: bigint | null; belowDays: number | null }> | null;
  amountMicros: bigint | null;
  monthlyMicros: bigint | null;
  /** What the payment provider said last. */
  note: string;
  currency: string;
}>;

type About = Readonly<{ tenantName: string; balanceUrl: string }>;

/** One line for a subject: whatever a tenant is called, it begins no header of its own. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();

/** The mail that tells owners what happened by itself: what, why, and what they can do. */
export function newsMail(news: News, { tenantName, balanceUrl }: About): { subject: string; text: string } {
  const sum = (amount: bigint | null) => formatMicros(amount ?? 0n, news.currency);
  const name = oneLine(tenantName);
  const left = t("{sum} of credit is available now.", { sum: sum(news.availableMicros) });
  const { subject, lines } = wordsOf(news, sum, left);
  return {
    subject: `${subject}: ${name}`.slice(0, 300),
    text: [t("This is about {tenant}.", { tenant: name }), ...lines, balanceUrl].join("\n\n"),
  };
}

type Sum = (amount: bigint | null) => string;

/** The level that was passed, with its place where there are several. */
function passedText({ level, of, levelMicros, belowDays }: NewsLevel, sum: Sum): string {
  const asked =
    belowDays === null
      ? t("You asked to be told below {sum}.", { sum: sum(levelMicros) })
      : t(
          "You asked to be told when it lasts less than {n, plural, one {one day} other {# days}} at this week’s pace, which is {sum}.",
          { n: belowDays, sum: sum(levelMicros) },
        );
  return of === 1 ? asked : t("Level {level} of {of}: {sentence}", { level, of, sentence: asked });
}

function nextText(next: News["next"], sum: Sum): string {
  if (next === null) return t("No further mail comes until there is more again.");
  if (next.belowDays === null) return t("The next mail comes below {sum}.", { sum: sum(next.belowMicros) });
  return t("The next mail comes when it lasts less than {n, plural, one {one day} other {# days}}.", {
    n: next.belowDays,
  });
}

function wordsOf(news: News, sum: Sum, left: string) {
  if (news.kind === "low") {
    return {
      subject: t("Low balance, {sum} left", { sum: sum(news.availableMicros) }),
      lines: [
        left,
        ...news.levels.map((level) => passedText(level, sum)),
        nextText(news.next, sum),
        t("Without credit new calls are refused and calls in progress end. Top up here:"),
      ],
    };
  }
  if (news.kind === "paused") {
    return {
      subject: t("Automatic top-up is paused"),
      lines: [
        news.note
          ? t("The saved card was not charged. The last answer was: {answer}", { answer: news.note })
          : t("The saved card was not charged."),
        left,
        t("Nothing is charged by itself until somebody resumes it. Look at the card and go on here:"),
      ],
    };
  }
  return {
    subject: t("Automatic top-up has reached this month’s maximum"),
    lines: [
      t("Another {sum} would pass the {most} that you allow in a month, so nothing was charged.", {
        sum: sum(news.amountMicros),
        most: sum(news.monthlyMicros),
      }),
      left,
      t("It goes on with the new month. Top up by hand, or allow more, here:"),
    ],
  };
}
