import { type Message, msg } from "@/server/kernel/words";

type Event = Readonly<{ at: Date; kind: "registered" | "moved" | "unregistered" | "expired" }>;

export const historyWords: Readonly<Record<Event["kind"], Message>> = {
  registered: msg("Registered"),
  moved: msg("Came back from elsewhere"),
  unregistered: msg("Signed off"),
  expired: msg("Ran out"),
};

const HOUR_MS = 3_600_000;
/** A phone that restarts drops once or twice; one that keeps dropping has a network that lets it down. */
const FEW = 3;

/** How many drops an unstable phone had within the hour before its last one; 0 for a stable one. Newest first. */
export function flapping(history: readonly Event[]): number {
  const drops = history.filter(({ kind }) => kind === "expired" || kind === "moved");
  const last = drops[0]?.at.getTime() ?? 0;
  const within = drops.filter(({ at }) => last - at.getTime() <= HOUR_MS).length;
  return within > FEW ? within : 0;
}
