import type { Quality } from "@/components/phone/phone-store";

type Entry = Readonly<Record<string, unknown>>;
type Stats = Readonly<{ forEach: (each: (entry: Entry) => void) => void }>;

const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** What a connection's own statistics say of the voice; undefined before anything came. */
export function qualityOf(stats: Stats): Quality | undefined {
  let heard: Entry | undefined;
  let pair: Entry | undefined;
  stats.forEach((entry) => {
    if (entry["type"] === "inbound-rtp" && entry["kind"] === "audio") heard = entry;
    if (entry["type"] === "candidate-pair" && entry["nominated"] === true) pair = entry;
  });
  const received = number(heard?.["packetsReceived"]);
  if (received === 0) return undefined;
  const lost = Math.max(0, number(heard?.["packetsLost"]));
  const rtt = pair?.["currentRoundTripTime"];
  return {
    rttMs: typeof rtt === "number" ? Math.round(rtt * 1_000) : undefined,
    jitterMs: Math.round(number(heard?.["jitter"]) * 1_000),
    lostPercent: Math.round((lost / (lost + received)) * 1_000) / 10,
    received,
  };
}
