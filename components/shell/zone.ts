const choices = ["tenant", "mine", "utc"] as const;

/** On whose clock times are shown. `mine`: the zone of this browser, as it was when it was chosen; the server draws with it. */
export type Zone = Readonly<{ of: (typeof choices)[number]; mine: string }>;

export const usualZone: Zone = { of: "tenant", mine: "UTC" };

export const zoneOf = ({ of, mine }: Zone, tenantZone: string): string =>
  of === "utc" ? "UTC" : of === "mine" ? mine : tenantZone;

/** The zone of this browser. */
export const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The next clock, and one that shows another time than this: of two that agree only one is offered. */
export function nextZone(zone: Zone, tenantZone: string): Zone {
  const mine = zoneHere();
  const now = zoneOf(zone, tenantZone);
  const order = choices.map((of): Zone => ({ of, mine }));
  const at = choices.indexOf(zone.of);
  const rest = [...order.slice(at + 1), ...order.slice(0, at)];
  return rest.find((each) => zoneOf(each, tenantZone) !== now) ?? zone;
}

/** The choice as words of a cookie, and back; what is not a zone counts as not chosen. */
export const zoneWord = ({ of, mine }: Zone): string => (of === "mine" ? `mine:${mine}` : of);

export function zoneIn(words: Iterable<string>): Zone {
  for (const word of words) {
    if (word === "utc") return { of: "utc", mine: "UTC" };
    if (word.startsWith("mine:") && isZone(word.slice(5))) return { of: "mine", mine: word.slice(5) };
  }
  return usualZone;
}

function isZone(name: string): boolean {
  try {
    // What the cookie says is anybody's text.
    return name.length <= 64 && new Intl.DateTimeFormat("en-GB", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
