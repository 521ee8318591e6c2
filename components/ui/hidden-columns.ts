/** A column that a person does not want to see: its list and its key, as `calls:talk`. */
export type HiddenColumn = string;

/** More than this no cookie carries. */
const MOST = 60;

/** No list is called so: after it stands somebody's own time zone, which may be a word like any other (`zone.ts`). */
const ZONE = "mine:";

/** The names of columns among any words; what else stands there is somebody's own text. */
export const hiddenIn = (words: Iterable<unknown>): readonly HiddenColumn[] =>
  [...words]
    .filter((word): word is string => typeof word === "string" && /^[a-z-]{1,30}:[A-Za-z]{1,20}$/.test(word))
    .filter((word) => !word.startsWith(ZONE))
    .slice(0, MOST);
