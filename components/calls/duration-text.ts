import { t } from "@/server/kernel/words";

const two = (value: number): string => String(value).padStart(2, "0");

/** 0:47, 12:05, 1:02:09. Negative spans show as nothing gone by. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The same span in words, for screen readers. */
export function durationWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  const rest = whole % 60;
  const said = [
    hours > 0 && t("{hours, plural, one {# hour} other {# hours}}", { hours }),
    minutes > 0 && t("{minutes, plural, one {# minute} other {# minutes}}", { minutes }),
    (rest > 0 || whole === 0) && t("{seconds, plural, one {# second} other {# seconds}}", { seconds: rest }),
  ];
  return said.filter(Boolean).join(" ");
}

/** How long ago, as short as a column allows: 8 s, 5 min, 3 h, 2 d. */
export function agoText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 60) return t("{count} s", { count: seconds });
  if (seconds < 3_600) return t("{count} min", { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("{count} h", { count: Math.floor(seconds / 3_600) });
  return t("{count} d", { count: Math.floor(seconds / 86_400) });
}
