import { t } from "@/server/kernel/words";

type Bundle = Readonly<{
  unit: "seconds" | "calls";
  quantity: number;
  period: "day" | "month";
  prefixes: readonly string[];
}>;

const SECONDS_PER_MINUTE = 60;

/** So many minutes or calls, as people say it; a part of a minute is shown as seconds beside it. */
export function amountOf(unit: "seconds" | "calls", count: number): string {
  if (unit === "calls") return t("{count, plural, one {# call} other {# calls}}", { count });
  const minutes = Math.floor(count / SECONDS_PER_MINUTE);
  const seconds = count % SECONDS_PER_MINUTE;
  if (seconds === 0) return t("{minutes} min", { minutes });
  return minutes === 0 ? t("{seconds} s", { seconds }) : t("{minutes} min {seconds} s", { minutes, seconds });
}

const SHOWN = 6;

/** What a bundle is: how much, how often and where to. */
export function bundleText({ unit, quantity, period, prefixes }: Bundle): string {
  const shown = prefixes.slice(0, SHOWN).map((prefix) => `+${prefix}`);
  const amount = amountOf(unit, quantity);
  const places =
    prefixes.length > SHOWN
      ? t("{places} and {count} more", { places: shown.join(", "), count: prefixes.length - SHOWN })
      : shown.join(", ");
  return period === "day"
    ? t("{amount} each day, to {places}", { amount, places })
    : t("{amount} each month, to {places}", { amount, places });
}
