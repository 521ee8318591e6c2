import { durationText, durationWords } from "@/components/calls/duration-text";

type Props = Readonly<{ until: Date | null; because: string | null; sentence: string | null; now: Date }>;

const reasons: Readonly<Record<string, string>> = {
  "BAL-02": "credit ends",
  "BAL-03": "provider's credit ends",
  "CAP-01": "daily cap",
  "CAP-02": "monthly cap",
  "CAP-03": "cap per call",
  "RAT-03": "most it may cost",
  "DST-03": "blocked number",
  "DST-05": "blocked number",
  "INC-01": "stopped by an incident",
  "INC-02": "stopped by an incident",
};

/** How long the money held now lasts. It is renewed while there is more, so only the last minute is loud. */
export function StopsAt({ until, because, sentence, now }: Props) {
  if (!until) return <span className="text-ink-3">–</span>;
  const left = Math.max(0, Math.round((until.getTime() - now.getTime()) / 1_000));
  const last = Boolean(because) && left < 60;
  return (
    <span
      title={sentence ?? undefined}
      className={`whitespace-nowrap ${last ? "font-medium text-warn" : "text-ink-2"}`}
    >
      <span aria-hidden="true" className="figures">
        in {durationText(left)}
      </span>
      <span className="sr-only">in {durationWords(left)}</span>
      {because ? ` (${reasons[because] ?? because})` : <span className="sm:max-2xl:sr-only">, then renewed</span>}
    </span>
  );
}
