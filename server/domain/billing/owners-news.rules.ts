import { formatMicros } from "@/server/kernel/money";
import { t } from "@/server/kernel/words";

export type News = Readonly<{
  kind: "low" | "paused" | "capped";
  availableMicros: bigint;
  levelMicros: bigint;
  belowDays: number | null;
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

function wordsOf(news: News, sum: (amount: bigint | null) => string, left: string) {
  if (news.kind === "low") {
    const level =
      news.belowDays === null
        ? t("You asked to be told below {sum}.", { sum: sum(news.levelMicros) })
        : t(
            "You asked to be told when it lasts less than {n, plural, one {one day} other {# days}} at this week’s pace, which is {sum}.",
            { n: news.belowDays, sum: sum(news.levelMicros) },
          );
    return {
      subject: t("Low balance, {sum} left", { sum: sum(news.availableMicros) }),
      lines: [left, level, t("Without credit new calls are refused and calls in progress end. Top up here:")],
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
