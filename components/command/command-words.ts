import { withinText } from "@/components/words/within";
import { t } from "@/server/kernel/words";

type Part = Readonly<{ name: string; health: string; state: string }>;
type Pulse = Readonly<{
  ringing: number;
  talking: number;
  lastMinute: number;
  lastMinuteBlocked: number;
  usualPerMinute: number | null;
}>;
type Facts = Readonly<{
  parts: readonly Part[] | undefined;
  incidents: Readonly<{ unacknowledged: number; late: number; active: number }> | undefined;
  pulse: Pulse | undefined;
}>;

/** The state of the house in one sentence: what does not work first, then what nobody has taken, then the calls. */
export function commandSentence({ parts, incidents, pulse }: Facts): string {
  const ill = (parts ?? []).filter(({ health }) => health === "ill");
  const works = parts === undefined ? [] : [ill.length === 0 ? t("Every part works") : illWords(ill)];
  const taken = incidents && incidents.unacknowledged > 0 ? [waiting(incidents)] : [];
  const calls = pulse && pulse.ringing + pulse.talking;
  const talk =
    calls === undefined
      ? []
      : [
          calls === 0
            ? t("Nobody is on the phone")
            : t("{calls, plural, one {# call} other {# calls}} in progress", { calls }),
        ];
  const said = [...works, ...taken, ...talk];
  return said.length === 0
    ? t("The house at this moment.")
    : said.map((sentence) => t("{sentence}.", { sentence })).join(" ");
}

const illWords = (ill: readonly Part[]): string =>
  ill.length <= 2
    ? ill.map(({ name, state }) => `${name}: ${withinText(state)}`).join(", ")
    : t("{n, plural, one {# part needs} other {# parts need}} a look", { n: ill.length });

const waiting = ({ unacknowledged, late }: NonNullable<Facts["incidents"]>): string =>
  late > 0
    ? t("{n, plural, one {# incident} other {# incidents}} nobody has taken, {late} over time", {
        n: unacknowledged,
        late,
      })
    : t("{n, plural, one {# incident} other {# incidents}} nobody has taken", { n: unacknowledged });

/** How the last minute compares with this hour of the last seven days. */
export function usualWords({ lastMinuteBlocked, usualPerMinute }: Pulse): string {
  const usual =
    usualPerMinute === null
      ? t("nothing to compare with yet")
      : t("usual at this hour: {count}", {
          count: usualPerMinute >= 10 ? Math.round(usualPerMinute) : Math.round(usualPerMinute * 10) / 10,
        });
  return lastMinuteBlocked > 0 ? t("{n} refused; {usual}", { n: lastMinuteBlocked, usual }) : usual;
}

type Due = Readonly<{ next: "acknowledge" | "contain" | null; dueAt: Date | null; ownerName: string | null }>;

/** 4:05, 1:02:09: what is left, or what it is over. */
function spanText(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours >= 48) return t("{n, plural, one {# day} other {# days}}", { n: Math.floor(hours / 24) });
  const tail = `${hours > 0 ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** What is due of an incident and in how long. */
export function dueWords({ next, dueAt, ownerName }: Due, now: Date): Readonly<{ text: string; late: boolean }> {
  if (next === null || dueAt === null)
    return { text: ownerName ? t("with {person}", { person: ownerName }) : t("no clock"), late: false };
  const left = dueAt.getTime() - now.getTime();
  const what = next === "acknowledge" ? t("incident|Take") : t("Contain");
  return left < 0
    ? { text: t("{what}: {time} over", { what, time: spanText(left) }), late: true }
    : { text: t("{what} within {time}", { what, time: spanText(left) }), late: false };
}
