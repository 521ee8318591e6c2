import { dateFormat } from "@/server/kernel/locale";

/** The time is written the same everywhere, in two digits each and by 24 hours: logs of telephones are compared by eye. */
const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const date = { year: "numeric", month: "numeric", day: "numeric" } as const;

function read(at: Date, zone: string, parts: Intl.DateTimeFormatOptions) {
  const format = dateFormat({ ...parts, timeZone: zone });
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** 14:02:11 on the tenant's clock. */
export function timeText(at: Date, zone: string): string {
  const { hour, minute, second } = read(at, zone, clock);
  return `${hour}:${minute}:${second}`;
}

/** 21 Nov on the tenant's calendar, as the language writes it; the year is added when it is another than this one. */
export function dayText(at: Date, zone: string, now: Date = new Date()): string {
  const sameYear = read(now, zone, date)["year"] === read(at, zone, date)["year"];
  const parts = { day: "numeric", month: "short" } as const;
  return dateFormat({ timeZone: zone, ...parts, ...(sameYear ? {} : { year: "numeric" }) }).format(at);
}

/** Only the time on the same day, with the day before it otherwise. */
export function momentText(at: Date, zone: string, now: Date = new Date()): string {
  const day = dayText(at, zone, now);
  return day === dayText(now, zone, now) ? timeText(at, zone) : `${day} ${timeText(at, zone).slice(0, 5)}`;
}

/** 2026-11-26 14:02:11 UTC: for tooltips and for comparing with logs, in every language. */
export const utcText = (at: Date): string => `${at.toISOString().replace("T", " ").slice(0, 19)} UTC`;

/** The zone's short name as it is now, such as CET. */
export function zoneText(zone: string, at: Date = new Date()): string {
  const part = dateFormat({ timeZone: zone, timeZoneName: "short" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName");
  return part?.value ?? zone;
}
