/** Times are assembled from parts, not from a locale's own pattern, so that server and browser always agree to the letter. */
const partsIn = (zone: string) =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });

const cache = new Map<string, Intl.DateTimeFormat>();

function read(at: Date, zone: string): Record<string, string> {
  let format = cache.get(zone);
  if (!format) {
    format = partsIn(zone);
    cache.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** 14:02:11 on the tenant's clock. */
export function timeText(at: Date, zone: string): string {
  const { hour, minute, second } = read(at, zone);
  return `${hour}:${minute}:${second}`;
}

/** 21 Nov on the tenant's calendar; the year is added when it is another than this one. */
export function dayText(at: Date, zone: string, now: Date = new Date()): string {
  const { day, month, year } = read(at, zone);
  return read(now, zone)["year"] === year ? `${day} ${month}` : `${day} ${month} ${year}`;
}

/** Only the time on the same day, with the day before it otherwise. */
export function momentText(at: Date, zone: string, now: Date = new Date()): string {
  const day = dayText(at, zone, now);
  return day === dayText(now, zone, now) ? timeText(at, zone) : `${day} ${timeText(at, zone).slice(0, 5)}`;
}

/** The zone's short name as it is now, such as CET. */
export function zoneText(zone: string, at: Date = new Date()): string {
  const part = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName");
  return part?.value ?? zone;
}
