import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** How long ago, in the largest unit that says enough: "4 s", "12 min", "3 h", "5 d". */
export function ageText(at: Date, now: number): string {
  const seconds = Math.max(0, Math.round((now - at.getTime()) / 1000));
  if (seconds < 100) return t("{n} s", { n: seconds });
  if (seconds < 6_000) return t("{n} min", { n: Math.round(seconds / 60) });
  if (seconds < 172_800) return t("{n} h", { n: Math.round(seconds / 3_600) });
  return t("{n} d", { n: Math.round(seconds / 86_400) });
}

/** A size that a person can compare: "0 B", "12 kB", "3.4 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${numberText(Math.round(bytes / 100_000) / 10)} MB`;
}
