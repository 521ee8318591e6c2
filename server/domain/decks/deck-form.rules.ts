/** In a list of columns, one that is not read. */
export const NOT_READ = "-";

/** What may stand between the cells of a file, by name. */
export const deckDelimiters = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" } as const;
