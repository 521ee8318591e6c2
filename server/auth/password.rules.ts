/** What a password may be, after NIST SP 800-63B: long, and not a known guess. No rules on kinds of characters. */
export const MIN_PASSWORD = 15;
/** Beside a second factor, where a guess alone opens nothing. */
const MIN_BESIDE_FACTOR = 8;
export const MAX_PASSWORD = 200;

/** Letters that a reader takes for others. Undone before comparing, so that P@ssw0rd is the word it looks like. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
  "!": "i",
  "|": "l",
};
/** What must be left of a password when everything guessable is taken out of it. */
const LEAST_OWN = 8;
const LEAST_OWN_BESIDE_FACTOR = 5;
const LEAST_DISTINCT = 6;

type About = Readonly<{
  /** What the person and the company are called: the first things somebody guesses. */
  email: string;
  names?: readonly string[];
  /** Whether the person has a second factor. */
  withFactor?: boolean | undefined;
  /** Parts of common passwords, in lower case. */
  common: readonly string[];
  /** Whole passwords that are known to be common, in lower case. */
  known: ReadonlySet<string>;
}>;

/** Whether a password is good only beside a second factor. */
export const isShort = (password: string): boolean => [...password].length < MIN_PASSWORD;

/**
 * What is wrong with a password, as a sentence for the person choosing it.
 * @returns undefined when it may be used.
 */
export function passwordProblem(password: string, about: About): string | undefined {
  const length = [...password].length;
  const least = about.withFactor ? MIN_BESIDE_FACTOR : MIN_PASSWORD;
  if (length < least) return `Use at least ${least} characters; several words in a row are fine.`;
  if (length > MAX_PASSWORD) return `Use at most ${MAX_PASSWORD} characters.`;
  const text = password.normalize("NFKC").toLowerCase();
  if (new Set(text).size < LEAST_DISTINCT) return "Use more different characters.";
  if (isKnown(text, about.known)) return "This is one of the most common passwords; use less usual words.";
  if (repeats([...text])) return "This repeats itself; use several different words.";
  const leastOwn = isShort(password) ? LEAST_OWN_BESIDE_FACTOR : LEAST_OWN;
  const own = wordsOf([about.email, ...(about.names ?? [])]);
  if (leftover(text, own) < leastOwn) return "This is mostly your name, address or company; use other words.";
  if (leftover(text, [...own, ...about.common]) < leastOwn)
    return "This is made of very common passwords; use less usual words.";
  return undefined;
}

const readAs = (text: string): string => [...text].map((letter) => LOOKALIKES[letter] ?? letter).join("");

/** Also without the digits and signs that people put at the end of one, and with look-alikes read as what they stand for. */
function isKnown(text: string, known: ReadonlySet<string>): boolean {
  const bare = text.replace(/[^\p{L}]+$/u, "");
  return [text, bare, readAs(text), readAs(bare)].some((form) => known.has(form));
}

/** Whether it is one piece of up to ten characters over and over again. */
const repeats = (letters: readonly string[]): boolean =>
  Array.from({ length: Math.min(10, Math.floor((letters.length * 2) / 3)) }, (_, at) => at + 1).some((piece) =>
    letters.every((letter, at) => letter === letters[at % piece]),
  );

const wordsOf = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 4);

/** How many letters and digits stay when years and the words are taken out, longest first, in the text as written and as read. */
function leftover(text: string, words: readonly string[]): number {
  const longestFirst = [...words].sort((a, b) => b.length - a.length);
  const without = (start: string) => {
    const rest = longestFirst.reduce((left, word) => left.replaceAll(word, " "), start.replace(/(19|20)\d\d/g, " "));
    return rest.replace(/[^\p{L}\p{N}]+/gu, "").length;
  };
  return Math.min(without(text), without(readAs(text)));
}
