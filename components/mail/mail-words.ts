type Mail = Readonly<{ state: "queued" | "held" | "sent" | "failed"; attempts: number }>;

/** Where a mail is, in a word or two, and how it looks. */
export function mailState({ state, attempts }: Mail): { text: string; tone: string } {
  if (state === "sent") return { text: "Sent", tone: "text-ok" };
  if (state === "failed") return { text: "Failed", tone: "text-bad" };
  if (state === "held") return { text: "Held", tone: "text-ink-2" };
  return {
    text: attempts === 0 ? "Waits" : `Waits, tried ${attempts === 1 ? "once" : `${attempts} times`}`,
    tone: "text-ink-2",
  };
}
