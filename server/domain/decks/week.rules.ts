import type { Read } from "@/server/domain/decks/cells.rules";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const DAY = 1_440;
const WEEK = 7 * DAY;
type Span = readonly [from: number, to: number];

const MINUTE = /^(\d{1,2}):(\d{2})$/;
const problem = "Hours of the week are wanted, such as mon-fri 08:00-19:00; sat 09:00-12:00.";

function minuteOf(text: string): number | undefined {
  const [, hour, minute] = MINUTE.exec(text) ?? [];
  const at = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && at <= DAY ? at : undefined;
}

const dayOf = (text: string): number => days.indexOf(text as (typeof days)[number]);

/** One part: days with hours on each, or one stretch from a day's minute to another's. */
function spansOf(part: string): readonly Span[] | undefined {
  const stretch = /^([a-z]{3}) (\d{1,2}:\d{2})\s*-\s*([a-z]{3}) (\d{1,2}:\d{2})$/.exec(part);
  if (stretch) {
    const [, fromDay = "", from = "", toDay = "", to = ""] = stretch;
    const [a, b] = [minuteOf(from), minuteOf(to)];
    if (a === undefined || b === undefined || dayOf(fromDay) < 0 || dayOf(toDay) < 0) return undefined;
    return between(dayOf(fromDay) * DAY + a, dayOf(toDay) * DAY + b);
  }
  const daily = /^([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})$/.exec(part);
  if (!daily) return undefined;
  const [, first = "", last = first, from = "", to = ""] = daily;
  const [a, b, one, end] = [minuteOf(from), minuteOf(to), dayOf(first), dayOf(last)];
  if (a === undefined || b === undefined || one < 0 || end < one || b <= a) return undefined;
  return Array.from({ length: end - one + 1 }, (_, at) => [(one + at) * DAY + a, (one + at) * DAY + b] as const);
}

/** A stretch over the end of the week is two. */
function between(from: number, to: number): readonly Span[] | undefined {
  if (from === to) return undefined;
  return to > from ? [[from, to]] : [[from, WEEK], ...(to > 0 ? [[0, to] as const] : [])];
}

/** Hours of the week as PostgreSQL's text of ranges of minutes from Monday 00:00. */
export function readHours(text: string): Read<string> {
  const parts = text
    .toLowerCase()
    .split(";")
    .map((part) => part.trim().replace(/\s+/g, " "))
    .filter((part) => part !== "");
  const spans = parts.map(spansOf);
  if (spans.length === 0 || spans.some((span) => span === undefined)) return { problem };
  return {
    value: `{${spans
      .flatMap((span) => span ?? [])
      .map(([from, to]) => `[${from},${to})`)
      .join(",")}}`,
  };
}

/** The same in words: mon 08:00-mon 19:00; tue … One text for one set of hours. */
export function hoursText(ranges: string): string {
  return [...ranges.matchAll(/\[(\d+),(\d+)\)/g)]
    .map(([, from, to]) => `${pointText(Number(from), false)}-${pointText(Number(to), true)}`)
    .join("; ");
}

/** Midnight ends a day as 24:00 and begins the next as 00:00. */
function pointText(minute: number, isEnd: boolean): string {
  const day = isEnd && minute % DAY === 0 ? minute / DAY - 1 : Math.floor(minute / DAY);
  const left = minute - day * DAY;
  return `${days[day]} ${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
}
