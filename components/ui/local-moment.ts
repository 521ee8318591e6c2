const offsetAt = (at: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"));
  return wall - Math.floor(at / 60_000) * 60_000;
};

/**
 * What a date and time input says (2027-01-31T08:00) on a zone's clock; undefined when it says nothing. Of an hour that is
 * there twice it is the first, and one that is left out is the same time after the change.
 */
export function momentIn(zone: string, text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const wall = Date.parse(`${text.slice(0, 16)}:00Z`);
  if (Number.isNaN(wall)) return undefined;
  const day = 86_400_000;
  const before = wall - offsetAt(wall - day, zone);
  const after = wall - offsetAt(wall + day, zone);
  return new Date(
    before + offsetAt(before, zone) === wall ? before : after + offsetAt(after, zone) === wall ? after : before,
  );
}
