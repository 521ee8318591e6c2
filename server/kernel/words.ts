import type { Spoken } from "@/server/kernel/languages";

/** A text of the catalogue: its English, by which the other languages are found. `say` turns it into what is shown. */
export type Message = string & { readonly __message: true };
export type Values = Readonly<Record<string, string | number | bigint>>;

/** Only what stands in the code can be translated, so a text that is put together at run time is no text for `t`. */
type Written<S extends string> = string extends S ? never : S;

export type Speech = {
  language: Spoken;
  /** Translations by the key of their English. */
  words: Readonly<Record<string, string>>;
};

/** Where the server keeps who is being spoken to, for this request or this mail. */
export const SPEECH: unique symbol = Symbol.for("ringfence.speech");
const server = globalThis as { [SPEECH]?: () => Speech | undefined };

/** In a browser there is one person, and one language until the page is loaded anew. */
const here: Speech = {
  language: typeof document === "undefined" ? "en" : (document.documentElement.lang as Spoken) || "en",
  words: {},
};
const speech = (): Speech => server[SPEECH]?.() ?? here;

export const spoken = (): Spoken => speech().language;

/** Adds translations that have arrived in this browser. */
export function learn(words: Speech["words"]): void {
  here.words = { ...here.words, ...words };
}

/** Marks a text of a table that is made before anybody is spoken to; `say` says it. */
export const msg = <const S extends string>(text: Written<S>): Message => text as string as Message;

/** A text in the language of whoever it is for. Placeholders are {name}, counts {count, plural, one {# call} other {# calls}}. */
export const t = <const S extends string>(text: Written<S>, values?: Values): string =>
  say(text as string as Message, values);

/** The same for a text that was marked by `msg`. */
export const say = (message: Message, values: Values = {}): string => filled(translated(message), values).join("");

/** FNV-1a over the English: short enough to send instead of it. The check of the catalogue finds two texts with one key. */
export function keyOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** The text in the language spoken; English where it has none. What stands before a bar only tells two meanings apart. */
export function translated(message: string): string {
  const { language, words } = speech();
  return (language !== "en" && words[keyOf(message)]) || message.replace(/^[a-z ]+\|/, "");
}

const INSIDE = /^(\w+)(?:,\s*(plural|select),([\s\S]*))?$/;
const BRANCH = /\s*([\w=]+)\s*\{/y;

/** Where the brace that was opened before `from` closes. */
function closing(text: string, from: number): number {
  let at = from;
  for (let depth = 1; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) break;
  }
  return at;
}

/**
 * The parts of a text with its placeholders filled in: the part of ICU's format that the catalogue allows, which is checked
 * against the real one. A tag's value is a function that gets the parts between; a text has none.
 */
export function filled(text: string, values: Readonly<Record<string, unknown>>, count?: number | bigint): unknown[] {
  const parts: unknown[] = [];
  const token = /\{|#|<(\w+)>/g;
  let done = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [sign, tag] = found;
    const begin = found.index;
    if (sign === "#" && count === undefined) continue;
    parts.push(text.slice(done, begin));
    if (sign === "#") {
      parts.push(shown(count));
      done = begin + 1;
    } else if (tag) {
      const end = text.indexOf(`</${tag}>`, begin);
      const inner = filled(text.slice(begin + sign.length, end), values, count);
      const wrap = values[tag];
      parts.push(...(typeof wrap === "function" ? [wrap(inner)] : inner));
      done = end + tag.length + 3;
    } else {
      const end = closing(text, begin + 1);
      parts.push(...argument(text.slice(begin + 1, end), values, count));
      done = end + 1;
    }
    token.lastIndex = done;
  }
  parts.push(text.slice(done));
  return parts;
}

function argument(inner: string, values: Readonly<Record<string, unknown>>, count?: number | bigint): unknown[] {
  const [, name = "", kind, branches = ""] = INSIDE.exec(inner) ?? [];
  const value = values[name];
  if (!kind) return [shown(value)];
  const texts: Record<string, string> = {};
  BRANCH.lastIndex = 0;
  for (let found = BRANCH.exec(branches); found; found = BRANCH.exec(branches)) {
    const end = closing(branches, BRANCH.lastIndex);
    texts[found[1] ?? ""] = branches.slice(BRANCH.lastIndex, end);
    BRANCH.lastIndex = end + 1;
  }
  const form = kind === "plural" ? plural(Number(value)) : String(value);
  const text = texts[`=${value}`] ?? texts[form] ?? texts["other"] ?? "";
  return filled(text, values, kind === "plural" ? (value as number | bigint) : count);
}

const plural = (count: number): string => new Intl.PluralRules(spoken()).select(count);

function shown(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "bigint") return new Intl.NumberFormat(localeOf()).format(value);
  // A name in letters of the other direction must not turn the sentence around it.
  return typeof value === "string" && spoken() === "ar" ? `\u2068${value}\u2069` : value;
}

/**
 * What Intl is asked for. Portuguese is written as in Brazil, and Arabic with the digits 0 to 9: figures are compared with
 * invoices, telephones and codes that have no others, and server and browser must agree to the letter.
 */
export function localeOf(language: Spoken = spoken()): string {
  if (language === "ar") return "ar-u-nu-latn";
  return language === "pt" ? "pt-BR" : language === "en-XA" ? "en" : language;
}
