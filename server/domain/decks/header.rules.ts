import type { DeckField } from "@/server/domain/decks/deck-kinds.schema";

/**
 * What the columns of the field are called, as seen in carriers' files and other systems' exports: letters and digits
 * only. Earlier names win over later ones when a file has several ("destination" before "country").
 */
const names: Readonly<Record<DeckField, string>> = {
  prefix:
    "prefix prefixes dialprefix dialingprefix diallingprefix code codes dialcode dialcodes dialingcode diallingcode " +
    "destinationcode destcode destinationprefix pattern matchprefix match countrycodearea countrycodeandarea " +
    "countryareacode numberprefix e164 e164prefix phoneprefix areaprefix calledprefix",
  destination:
    "destination destinationname destname description name zone zonename breakout location region comment country countryname",
  rate:
    "rate price rateperminute ratepermin ratemin priceperminute pricepermin pricemin costpermin costmin costperminute perminutecost " +
    "perminute permin perminuterate perminuteprice ratecost sellprice sellrate sellingprice cost tariff newrate newprice currentrate voicerate charge",
  connection_fee:
    "connectionfee initialcost connectfee connectcost connectioncost connectcharge connectioncharge callsetupfee setupfee setupcharge surcharge ratesurcharge",
  initial_increment:
    "initialincrement initincrement initinc initblock initialinterval initialtime initialtimes firstincrement firstinterval firstseconds " +
    "rateminimum minduration minimumduration mintime minimumtime initialblock interval1 intervalfirst",
  increment:
    "increment increments inc billingblock nextinterval nextincrement nextseconds subsequentincrement rateincrement billableunits billableunit " +
    "billingincrement billingincrements billinginterval billing interval intervals intervaln intervalnext rounding addinterval additionalincrement",
  grace_seconds: "graceseconds grace gracetime graceperiod ratenochargetime nochargetime",
  free_seconds: "freeseconds freetime includedseconds included includedtime",
  minimum_charge: "minimumcharge mincharge minimumcost mincost",
  max_charge: "maxcharge maximumcharge maxcost maximumcost",
  beyond: "beyond beyondmax",
  steps: "steps step",
  hours: "hours timeofday",
  direction: "direction",
  effective_from:
    "effectivefrom effectivedate effective validfrom startdate activationdate dateeffective starts start from",
  effective_to:
    "effectiveto validto validtill validuntil expirydate expirationdate enddate expires expiry ends end till until to",
  currency: "currency currencycode curr ccy",
  status: "status action changetype changestatus ratechange operation change",
  reject_calls: "rejectcalls rejectcall reject rejected",
  country_code: "countrycode ccode cc idd countrydialcode",
  area_code: "areacode areacodes area citycode citycodes cityprefix ndc",
};

const byField = Object.entries(names).map(([field, text]) => [field as DeckField, text.split(" ")] as const);

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** "Cost / Min (USD)" becomes "costmin"; a currency that stands alone as a word is left out as well. */
function compact(header: string, withoutCurrency: boolean): string {
  const words = header
    .replace(/\([^)]*\)|\[[^\]]*\]/g, " ")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const kept = withoutCurrency ? words.filter((word) => !currencies.has(word.toUpperCase())) : words;
  return kept.join("").toLowerCase();
}

/** The currency that a column's name speaks of, such as USD in "Rate (USD)". */
export function currencyIn(header: string): string | undefined {
  return header.match(/\p{L}+/gu)?.find((word) => /^[A-Z]{3}$/.test(word) && currencies.has(word));
}

/** What one name could mean, with its place in the list of that field's names: a smaller one is the better fit. */
function meaningOf(header: string): { field: DeckField; rank: number } | undefined {
  for (const word of [compact(header, false), compact(header, true)]) {
    if (word === "") continue;
    for (const [field, known] of byField) {
      const rank = known.indexOf(word);
      if (rank !== -1) return { field, rank };
    }
  }
  return undefined;
}

export type Columns = readonly (DeckField | null)[];

/**
 * What each column of a row of names means, null for one that is not read. A field is given to one column only: of
 * several that could be it, the one with the better name. Without a prefix, a destination whose values are digits is one.
 * @param sample some rows below, for what a name alone does not tell.
 */
export function columnsOf(headers: readonly string[], sample: readonly (readonly string[])[]): Columns {
  const best = new Map<DeckField, { column: number; rank: number }>();
  headers.forEach((header, column) => {
    const meaning = meaningOf(header);
    if (!meaning) return;
    const known = best.get(meaning.field);
    if (!known || meaning.rank < known.rank) best.set(meaning.field, { column, rank: meaning.rank });
  });
  const columns: (DeckField | null)[] = headers.map(() => null);
  for (const [field, { column }] of best) columns[column] = field;
  if (!columns.includes("prefix") && !columns.includes("area_code")) digitsAsPrefix(columns, headers, sample);
  if (columns.includes("prefix"))
    return columns.map((field) => (field === "country_code" || field === "area_code" ? null : field));
  return columns;
}

/** Some call the code "Destination", or give a country's code alone. */
function digitsAsPrefix(
  columns: (DeckField | null)[],
  headers: readonly string[],
  sample: readonly (readonly string[])[],
): void {
  const isDigits = (column: number) => {
    const values = sample.map((row) => (row[column] ?? "").trim()).filter((value) => value !== "");
    return values.length > 0 && values.every((value) => /^[+^]?\d[\d;,|\s.*-]*$/.test(value));
  };
  const column = columns.findIndex(
    (field, at) => (field === "destination" || field === "country_code") && isDigits(at),
  );
  if (column === -1) return;
  columns[column] = "prefix";
  const other = headers.findIndex((header, at) => columns[at] === null && meaningOf(header)?.field === "destination");
  if (other !== -1 && !columns.includes("destination")) columns[other] = "destination";
}

/** Whether these columns are enough to price a number. */
export const isWhole = (columns: Columns): boolean =>
  columns.includes("rate") && (columns.includes("prefix") || columns.includes("country_code"));
