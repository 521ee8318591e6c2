import { Icon } from "@/components/ui/icon";
import { type Message, msg, say } from "@/server/kernel/words";

const words: Readonly<Record<string, { word: Message; ink: string; bad: boolean }>> = {
  success: { word: msg("Done"), ink: "text-ink-2", bad: false },
  ok: { word: msg("Done"), ink: "text-ink-2", bad: false },
  denied: { word: msg("Denied"), ink: "text-bad", bad: true },
  failure: { word: msg("Failed"), ink: "text-warn", bad: true },
  failed: { word: msg("Failed"), ink: "text-warn", bad: true },
};

export function AuditOutcome({ outcome }: Readonly<{ outcome: string }>) {
  const known = words[outcome];
  const { ink, bad } = known ?? { ink: "text-ink-2", bad: false };
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${ink}`}>
      <Icon name={bad ? "alert" : "check"} />
      {known ? say(known.word) : outcome}
    </span>
  );
}
