import { formatMicros } from "@/server/kernel/money";

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
  const left = `${sum(news.availableMicros)} of credit is available now.`;
  const { subject, lines } = wordsOf(news, sum, left);
  return {
    subject: `${subject}: ${name}`.slice(0, 300),
    text: [`This is about ${name}.`, ...lines, balanceUrl].join("\n\n"),
  };
}

function wordsOf(news: News, sum: (amount: bigint | null) => string, left: string) {
  if (news.kind === "low") {
    const days = news.belowDays === 1 ? "one day" : `${news.belowDays} days`;
    const level =
      news.belowDays === null
        ? `You asked to be told below ${sum(news.levelMicros)}.`
        : `You asked to be told when it lasts less than ${days} at this week's pace, which is ${sum(news.levelMicros)}.`;
    return {
      subject: `Low balance, ${sum(news.availableMicros)} left`,
      lines: [left, level, "Without credit new calls are refused and calls in progress end. Top up here:"],
    };
  }
  if (news.kind === "paused") {
    return {
      subject: "Automatic top-up is paused",
      lines: [
        news.note
          ? `The saved card was not charged. The last answer was: ${news.note}`
          : "The saved card was not charged.",
        left,
        "Nothing is charged by itself until somebody resumes it. Look at the card and go on here:",
      ],
    };
  }
  return {
    subject: "Automatic top-up has reached this month's maximum",
    lines: [
      `Another ${sum(news.amountMicros)} would pass the ${sum(news.monthlyMicros)} that you allow in a month, so nothing was charged.`,
      left,
      "It goes on with the new month. Top up by hand, or allow more, here:",
    ],
  };
}
