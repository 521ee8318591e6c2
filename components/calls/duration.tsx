import { durationText, durationWords } from "@/components/calls/duration-text";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ seconds: number; billedSeconds?: number | undefined }>;

/** A span of talk. What was billed is shown only where it differs. */
export function Duration({ seconds, billedSeconds }: Props) {
  const talked = Math.floor(seconds);
  return (
    <span className="figures whitespace-nowrap">
      <span aria-hidden="true">{durationText(talked)}</span>
      <span className="sr-only">{durationWords(talked)}</span>
      {billedSeconds !== undefined && billedSeconds !== talked && billedSeconds > 0 && (
        <span className="text-ink-3"> {t("→ {time} billed", { time: durationText(billedSeconds) })}</span>
      )}
    </span>
  );
}
