export type DateOrder = "auto" | "ymd" | "dmy" | "mdy";

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/;
const OTHER =
  /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4}),?[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AP]M)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;
const EPOCH = /^(\d{9,10})(?:\.(\d{1,9}))?$/;
const EPOCH_MS = /^\d{12,13}$/;

/** A wall clock's reading, as if it were UTC, and the offset that stands beside it. */
type Reading = Readonly<{ wallMs: number; offsetMs: number | undefined }>;

/**
 * Reads a moment as a file of call records writes it: ISO, with dots, slashes or dashes, or seconds since 1970.
 * @param zone whose wall clock it is, where the text itself does not say.
 * @returns milliseconds since 1970, or in words why it is none.
 */
export function readMoment(text: string, zone: string, order: DateOrder = "auto"): number | string {
  const trimmed = text.trim();
  const epoch = EPOCH.exec(trimmed);
  if (epoch) return Number(epoch[1]) * 1000 + millis(epoch[2]);
  if (EPOCH_MS.test(trimmed)) return Number(trimmed);
  const reading = readIso(trimmed) ?? readOther(trimmed, order);
  if (typeof reading === "string") return reading;
  return reading.offsetMs === undefined ? zonedMs(reading.wallMs, zone) : reading.wallMs - reading.offsetMs;
}

const millis = (fraction: string | undefined): number => (fraction ? Number(fraction.slice(0, 3).padEnd(3, "0")) : 0);

type Clock = Readonly<{ h: string; m: string; s: string | undefined; fraction: string | undefined; half?: string }>;

function wall(year: number, month: number, day: number, clock: Clock): number | undefined {
  const hours = halfDay(Number(clock.h), clock.half?.toUpperCase());
  const [minutes, seconds] = [Number(clock.m), Number(clock.s ?? 0)];
  if (month < 1 || month > 12 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const at = Date.UTC(year, month - 1, day, hours, minutes, seconds, millis(clock.fraction));
  // The 31st of a month with thirty days is no day.
  return new Date(at).getUTCMonth() === month - 1 && day >= 1 ? at : undefined;
}

const halfDay = (hours: number, half: string | undefined): number =>
  half === undefined ? hours : half === "PM" ? (hours % 12) + 12 : hours % 12;

function readIso(text: string): Reading | undefined {
  const found = ISO.exec(text);
  if (!found) return undefined;
  const [, y = "", mo = "", d = "", h = "", m = "", s, fraction, offset] = found;
  const wallMs = wall(Number(y), Number(mo), Number(d), { h, m, s, fraction });
  return wallMs === undefined ? undefined : { wallMs, offsetMs: offsetOf(offset) };
}

function readOther(text: string, order: DateOrder): Reading | string {
  const found = OTHER.exec(text);
  if (!found) return "is no time";
  const [, a = "", separator, b = "", c = "", h = "", m = "", s, fraction, half, offset] = found;
  const known = orderOf(Number(a), Number(b), a.length === 4 ? "ymd" : order, separator === ".");
  if (!known) return "may be day or month first: say the order of dates";
  const [y, mo, d] = known === "ymd" ? [a, b, c] : known === "dmy" ? [c, b, a] : [c, a, b];
  const year = y.length === 2 ? 2000 + Number(y) : Number(y);
  const wallMs = wall(year, Number(mo), Number(d), { h, m, s, fraction, ...(half ? { half } : {}) });
  return wallMs === undefined ? "is no time" : { wallMs, offsetMs: offsetOf(offset) };
}

function orderOf(a: number, b: number, order: DateOrder, dotted: boolean): Exclude<DateOrder, "auto"> | undefined {
  if (order !== "auto") return order;
  if (dotted || a > 12) return "dmy";
  return b > 12 ? "mdy" : undefined;
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const found = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!found) return 0;
  const size = (Number(found[2]) * 60 + Number(found[3])) * 60_000;
  return found[1] === "-" ? -size : size;
}

const QUARTER_MS = 900_000;
const offsets = new Map<string, Map<number, number>>();

const DAY_MS = 86_400_000;

/**
 * A wall clock's reading in a zone as milliseconds since 1970. In the hour that comes twice the first is meant; one that
 * the clock skips is read as if it had not been set forward yet.
 */
function zonedMs(wallMs: number, zone: string): number {
  if (zone === "UTC") return wallMs;
  const [before, after] = [offsetAt(wallMs - DAY_MS, zone), offsetAt(wallMs + DAY_MS, zone)];
  const [larger, smaller] = [Math.max(before, after), Math.min(before, after)];
  return offsetAt(wallMs - larger, zone) === larger ? wallMs - larger : wallMs - smaller;
}

/** Offsets change at quarters of an hour at most; asking Intl for each record would take longer than all the rest. */
function offsetAt(ms: number, zone: string): number {
  const known = offsets.get(zone) ?? new Map<number, number>();
  if (!offsets.has(zone)) offsets.set(zone, known);
  const quarter = Math.floor(ms / QUARTER_MS);
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  const offset = askedOffset(quarter * QUARTER_MS, zone);
  if (known.size > 100_000) known.clear();
  known.set(quarter, offset);
  return offset;
}

function askedOffset(ms: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
}

/** Whether this machine knows a zone of that name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
