/** A change of the clocks, as phones are told: the n-th (5: last) such day of a month, Monday 1 to Sunday 7, at an hour of the time before. */
export type ClockChange = Readonly<{ month: number; week: number; day: number; hour: number }>;

export type PhoneClock = Readonly<{
  /** East of Greenwich, in winter. */
  offsetMinutes: number;
  summer: Readonly<{ addMinutes: number; begins: ClockChange; ends: ClockChange }> | null;
}>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

function offsetOf(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return Math.round((local - Math.floor(atMs / 1_000) * 1_000) / MINUTE_MS);
}

/**
 * How the clocks of a time zone go in a year, as rules that a phone repeats every year. A zone that changes its clocks other
 * than twice a year (Morocco around Ramadan) is told as it is in the first days of the year.
 * @param timeZone a name such as Europe/Berlin.
 */
export function clockOf(timeZone: string, year: number): PhoneClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const offset = (atMs: number) => offsetOf(format, atMs);
  const first = offset(Date.UTC(year, 0, 1));
  const changes = changesIn(offset, year);
  const [a, b] = changes;
  if (changes.length !== 2 || !a || !b || a.from !== b.to) return { offsetMinutes: first, summer: null };
  const [begins, ends] = a.to > a.from ? [a, b] : [b, a];
  return {
    offsetMinutes: begins.from,
    summer: { addMinutes: begins.to - begins.from, begins: ruleOf(begins), ends: ruleOf(ends) },
  };
}

type Change = Readonly<{ atMs: number; from: number; to: number }>;

/** Day by day, then by halves down to the minute. */
function changesIn(offset: (atMs: number) => number, year: number): Change[] {
  const changes: Change[] = [];
  for (let dayMs = Date.UTC(year, 0, 1); dayMs < Date.UTC(year + 1, 0, 1); dayMs += DAY_MS) {
    const [from, to] = [offset(dayMs), offset(dayMs + DAY_MS)];
    if (from === to) continue;
    let [lowMs, highMs] = [dayMs, dayMs + DAY_MS];
    while (highMs - lowMs > MINUTE_MS) {
      const middleMs = lowMs + Math.floor((highMs - lowMs) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offset(middleMs) === from) lowMs = middleMs;
      else highMs = middleMs;
    }
    changes.push({ atMs: highMs, from, to });
  }
  return changes;
}

/** The moment on the wall clock that still showed the time before. */
function ruleOf({ atMs, from }: Change): ClockChange {
  const local = new Date(atMs + from * MINUTE_MS);
  const [day, month, year] = [local.getUTCDate(), local.getUTCMonth(), local.getUTCFullYear()];
  const daysInMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const hour = Math.round((local.getTime() % DAY_MS) / HOUR_MS);
  return {
    month: month + 1,
    week: day + 7 > daysInMonth ? 5 : Math.ceil(day / 7),
    day: local.getUTCDay() || 7,
    hour,
  };
}
