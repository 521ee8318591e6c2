import { Icon } from "@/components/ui/icon";

const words: Readonly<Record<string, { word: string; ink: string; bad: boolean }>> = {
  success: { word: "Done", ink: "text-ink-2", bad: false },
  ok: { word: "Done", ink: "text-ink-2", bad: false },
  denied: { word: "Denied", ink: "text-bad", bad: true },
  failure: { word: "Failed", ink: "text-warn", bad: true },
  failed: { word: "Failed", ink: "text-warn", bad: true },
};

export function AuditOutcome({ outcome }: Readonly<{ outcome: string }>) {
  const { word, ink, bad } = words[outcome] ?? { word: outcome, ink: "text-ink-2", bad: false };
  return (
    <span className={`inline-flex items-center gap-1.5 font-medium whitespace-nowrap ${ink}`}>
      <Icon name={bad ? "alert" : "check"} />
      {word}
    </span>
  );
}
