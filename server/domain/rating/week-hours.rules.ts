/** The hours of a week in which a price holds, as people write them and as the database keeps them: minutes since Monday. */
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY = 1_440;
const WEEK = 7 * DAY;

type Span = Readonly<{ from: number; to: number }>;

/** What is wrong with a text, in one sentence. */
export class WeekHoursError extends Error {
  override readonly name = "WeekHoursError";
}

/**
 * Reads days such as "mon-fri,sun" and hours such as "08:00-19:00,22:00-06:00" (past midnight into the next day), either of
 * which may be left out, as a multirange of minutes since Monday 00:00.
 * @throws WeekHoursError naming the part that is not understood.
 */
export function weekHoursOf(daysText = "", hoursText = ""): string {
  const spans = daysOf(daysText).flatMap((day) =>
    hoursOf(hoursText).flatMap(({ from, to }) => {
      const start = day * DAY + from;
      const end = day * DAY + to;
      // Sunday night goes on on Monday morning.
      return end <= WEEK
        ? [{ from: start, to: end }]
        : [
            { from: start, to: WEEK },
            { from: 0, to: end - WEEK },
          ];
    }),
  );
  return `{${merged(spans)
    .map(({ from, to }) => `[${from},${to})`)
    .join(",")}}`;
}

function daysOf(text: string): number[] {
  if (text.trim() === "") return days.map((_, at) => at);
  return text.split(",").flatMap((part) => {
    const [first, last = first, more] = part
      .trim()
      .toLowerCase()
      .split("-")
      .map((word) => days.indexOf(word.trim().slice(0, 3) as (typeof days)[number]));
    if (first === undefined || last === undefined || more !== undefined || first === -1 || last === -1) {
      throw new WeekHoursError(`"${part.trim()}" is no day: write mon-fri or sat,sun.`);
    }
    const count = ((last - first + 7) % 7) + 1;
    return Array.from({ length: count }, (_, at) => (first + at) % 7);
  });
}

function hoursOf(text: string): Span[] {
  if (text.trim() === "") return [{ from: 0, to: DAY }];
  return text.split(",").map((part) => {
    const match = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(part.replace(/\s/g, ""));
    const [, h1 = "", m1 = "", h2 = "", m2 = ""] = match ?? [];
    const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
    if (!match || Number(m1) > 59 || Number(m2) > 59 || from >= DAY || to > DAY || from === to) {
      throw new WeekHoursError(`"${part.trim()}" are no hours: write 08:00-19:00.`);
    }
    return { from, to: to > from ? to : to + DAY };
  });
}

function merged(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last && span.from <= last.to) whole[whole.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else whole.push(span);
  }
  return whole;
}

/**
 * Writes a multirange for people: "Mon-Fri 08:00-19:00, Sat 09:00-12:00". Days of the same hours are put together.
 * weekTextOf(parsed) of what weekHoursFrom reads gives the same hours again.
 */
export function weekTextOf(multirange: string): string {
  const perDay = days.map((_, day) => {
    const within = spansOf(multirange)
      .map(({ from, to }) => ({
        from: Math.max(from, day * DAY) - day * DAY,
        to: Math.min(to, (day + 1) * DAY) - day * DAY,
      }))
      .filter(({ from, to }) => to > from);
    return within.map(({ from, to }) => `${clock(from)}-${clock(to)}`).join("+");
  });
  const groups: { first: number; last: number; hours: string }[] = [];
  perDay.forEach((hours, day) => {
    const last = groups.at(-1);
    if (last && last.hours === hours) last.last = day;
    else groups.push({ first: day, last: day, hours });
  });
  return groups
    .filter(({ hours }) => hours !== "")
    .map(({ first, last, hours }) => `${dayName(first)}${last > first ? `-${dayName(last)}` : ""} ${hours}`)
    .join(", ");
}

/**
 * Reads what weekTextOf writes, for files: parts separated by commas, each days, a blank, and hours joined by plus signs.
 * @throws WeekHoursError naming the part that is not understood.
 */
export function weekHoursFrom(text: string): string {
  const spans = text.split(",").flatMap((part) => {
    const [daysText = "", hoursText = ""] = part.trim().split(/\s+/);
    if (daysText === "") throw new WeekHoursError("Hours of the week are written like Mon-Fri 08:00-19:00.");
    return spansOf(weekHoursOf(daysText, hoursText.replaceAll("+", ",")));
  });
  return `{${merged(spans)
    .map(({ from, to }) => `[${from},${to})`)
    .join(",")}}`;
}

const spansOf = (multirange: string): Span[] =>
  [...multirange.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from = "0", to = "0"]) => ({
    from: Number(from),
    to: Number(to),
  }));

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

const dayName = (day: number): string => {
  const name = days[day] ?? "";
  return name.charAt(0).toUpperCase() + name.slice(1);
};
