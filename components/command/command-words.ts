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

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The state of the house in one sentence: what does not work first, then what nobody has taken, then the calls. */
export function commandSentence({ parts, incidents, pulse }: Facts): string {
  const ill = (parts ?? []).filter(({ health }) => health === "ill");
  const works = parts === undefined ? [] : [ill.length === 0 ? "Every part works" : illWords(ill)];
  const taken = incidents && incidents.unacknowledged > 0 ? [waiting(incidents)] : [];
  const calls = pulse && counted(pulse.ringing + pulse.talking, "call");
  const talk = calls ? [pulse.ringing + pulse.talking === 0 ? "Nobody is on the phone" : `${calls} in progress`] : [];
  const said = [...works, ...taken, ...talk];
  return said.length === 0 ? "The house at this moment." : said.map((one) => `${one}.`).join(" ");
}

const illWords = (ill: readonly Part[]): string =>
  ill.length <= 2
    ? ill.map(({ name, state }) => `${name}: ${state.toLowerCase()}`).join(", ")
    : `${ill.length} parts need a look`;

const waiting = ({ unacknowledged, late }: NonNullable<Facts["incidents"]>): string =>
  `${counted(unacknowledged, "incident")} nobody has taken${late > 0 ? `, ${late} over time` : ""}`;

/** How the last minute compares with this hour of the last seven days. */
export function usualWords({ lastMinuteBlocked, usualPerMinute }: Pulse): string {
  const refused = lastMinuteBlocked > 0 ? `${lastMinuteBlocked} refused; ` : "";
  if (usualPerMinute === null) return `${refused}nothing to compare with yet`;
  const usual = usualPerMinute >= 10 ? Math.round(usualPerMinute) : Math.round(usualPerMinute * 10) / 10;
  return `${refused}usual at this hour: ${usual}`;
}

type Due = Readonly<{ next: "acknowledge" | "contain" | null; dueAt: Date | null; ownerName: string | null }>;

/** 4:05, 1:02:09: what is left, or what it is over. */
function spanText(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  const tail = `${hours > 0 ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** What is due of an incident and in how long. */
export function dueWords({ next, dueAt, ownerName }: Due, now: Date): Readonly<{ text: string; late: boolean }> {
  if (next === null || dueAt === null) return { text: ownerName ? `with ${ownerName}` : "no clock", late: false };
  const left = dueAt.getTime() - now.getTime();
  const what = next === "acknowledge" ? "Take" : "Contain";
  return left < 0
    ? { text: `${what}: ${spanText(left)} over`, late: true }
    : { text: `${what} within ${spanText(left)}`, late: false };
}
