type Bundle = Readonly<{
  unit: "seconds" | "calls";
  quantity: number;
  period: "day" | "month";
  prefixes: readonly string[];
}>;

const SECONDS_PER_MINUTE = 60;

/** So many minutes or calls, as people say it; a part of a minute is shown as seconds beside it. */
export function amountOf(unit: "seconds" | "calls", count: number): string {
  if (unit === "calls") return `${count} ${count === 1 ? "call" : "calls"}`;
  const minutes = Math.floor(count / SECONDS_PER_MINUTE);
  const seconds = count % SECONDS_PER_MINUTE;
  return seconds === 0 ? `${minutes} min` : minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds} s`;
}

const SHOWN = 6;

/** What a bundle is: how much, how often and where to. */
export function bundleText({ unit, quantity, period, prefixes }: Bundle): string {
  const shown = prefixes.slice(0, SHOWN).map((prefix) => `+${prefix}`);
  const more = prefixes.length > SHOWN ? ` and ${prefixes.length - SHOWN} more` : "";
  return `${amountOf(unit, quantity)} each ${period}, to ${shown.join(", ")}${more}`;
}
