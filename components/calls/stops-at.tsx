import { durationText, durationWords } from "@/components/calls/duration-text";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Props = Readonly<{ until: Date | null; because: string | null; sentence: string | null; now: Date }>;

const reasons: Readonly<Record<string, Message>> = {
  "BAL-02": msg("credit ends"),
  "BAL-03": msg("provider's credit ends"),
  "CAP-01": msg("daily cap"),
  "CAP-02": msg("monthly cap"),
  "CAP-03": msg("cap per call"),
  "RAT-03": msg("most it may cost"),
  "DST-03": msg("blocked number"),
  "DST-05": msg("blocked number"),
  "INC-01": msg("stopped by an incident"),
  "INC-02": msg("stopped by an incident"),
};

/** How long the money held now lasts. It is renewed while there is more, so only the last minute is loud. */
export function StopsAt({ until, because, sentence, now }: Props) {
  if (!until) return <span className="text-ink-3">–</span>;
  const left = Math.max(0, Math.round((until.getTime() - now.getTime()) / 1_000));
  const known = reasons[because ?? ""];
  const last = Boolean(because) && left < 60;
  return (
    <span
      title={sentence ?? undefined}
      className={`whitespace-nowrap ${last ? "font-medium text-warn" : "text-ink-2"}`}
    >
      <span aria-hidden="true" className="figures">
        {t("in {time}", { time: durationText(left) })}
      </span>
      <span className="sr-only">{t("in {time}", { time: durationWords(left) })}</span>
      {because ? (
        ` (${known ? say(known) : because})`
      ) : (
        <span className="sm:max-2xl:sr-only">{t(", then renewed")}</span>
      )}
    </span>
  );
}
