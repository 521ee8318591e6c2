/** The columns of an export, always all of them and always in this order. */
export const exportedFields = [
  "prefix",
  "destination",
  "rate",
  "connection_fee",
  "initial_increment",
  "increment",
  "grace_seconds",
  "free_seconds",
  "minimum_charge",
  "max_charge",
  "beyond",
  "steps",
  "hours",
  "direction",
  "effective_from",
  "effective_to",
  "currency",
] as const;

/** What a column of a rate deck can mean. */
export const deckFields = [...exportedFields, "status", "reject_calls", "country_code", "area_code"] as const;
export type DeckField = (typeof deckFields)[number];

/** In a list of columns, one that is not read. */
export const NOT_READ = "-";

/** What may stand between the cells of a file, by name. */
export const deckDelimiters = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
export type DeckDelimiter = keyof typeof deckDelimiters;
export const delimiterNames = Object.keys(deckDelimiters) as [DeckDelimiter, ...DeckDelimiter[]];

export const deckEncodings = ["utf-8", "windows-1252", "utf-16le"] as const;
export type DeckEncoding = (typeof deckEncodings)[number];
export type DeckDecimal = "point" | "comma";
export type DateOrder = "dmy" | "mdy";
