import { t } from "@/server/kernel/words";

type Mail = Readonly<{ state: "queued" | "held" | "sent" | "failed"; attempts: number }>;

/** Where a mail is, in a word or two, and how it looks. */
export function mailState({ state, attempts }: Mail): { text: string; tone: string } {
  if (state === "sent") return { text: t("Sent"), tone: "text-ok" };
  if (state === "failed") return { text: t("Failed"), tone: "text-bad" };
  if (state === "held") return { text: t("Held"), tone: "text-ink-2" };
  return {
    text:
      attempts === 0 ? t("Waits") : t("Waits, tried {times, plural, one {once} other {# times}}", { times: attempts }),
    tone: "text-ink-2",
  };
}
