import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingHttpHeaders } from "node:http";

import { askedLanguage, isSpoken, type Spoken } from "@/server/kernel/languages";
import { SPEECH, type Speech } from "@/server/kernel/words";

import { allWords } from "./catalogue";

/** What a browser keeps of the choice of its person. It says nothing about anybody. */
export const LANGUAGE_COOKIE = "ringfence-language";

type Said = Readonly<{ language: Spoken; words: Speech["words"] }>;

const KEY = Symbol.for("ringfence.speaking");

/** One for the process: the framework loads this file more than once, and each has to hear the same. */
function speaking(): AsyncLocalStorage<() => Said> {
  const home = globalThis as { [KEY]?: AsyncLocalStorage<() => Said>; [SPEECH]?: () => Speech | undefined };
  if (!home[KEY]) {
    const storage = new AsyncLocalStorage<() => Said>();
    home[KEY] = storage;
    home[SPEECH] = () => storage.getStore()?.();
  }
  return home[KEY];
}

const saidIn = (language: Spoken): Said => ({ language, words: allWords(language) });

/** Does something in a language: every `t` on the way, however deep and however late, says its text in it. */
export function inLanguage<T>(language: Spoken, work: () => T): T {
  const said = saidIn(language);
  return speaking().run(() => said, work);
}

/** The same for a request, whose language is looked up only when something is said. */
export function inLanguageOf<T>(headers: IncomingHttpHeaders, work: () => T): T {
  let said: Said | undefined;
  return speaking().run(() => {
    said ??= saidIn(languageOf(headers));
    return said;
  }, work);
}

/** The person's choice, as the browser keeps it; else what the browser asks for. @returns undefined for neither. */
export const wishedLanguage = (headers: Pick<IncomingHttpHeaders, "cookie" | "accept-language">): Spoken | undefined =>
  keptLanguage(headers.cookie) ?? askedLanguage(headers["accept-language"]);

const languageOf = (headers: IncomingHttpHeaders): Spoken => wishedLanguage(headers) ?? "en";

/** What the cookie says, if it says something we speak. */
export function keptLanguage(cookie: string | undefined): Spoken | undefined {
  const kept = new RegExp(`(?:^|; ?)${LANGUAGE_COOKIE}=([\\w-]{1,10})(?:;|$)`).exec(cookie ?? "")?.[1];
  return isSpoken(kept) ? kept : undefined;
}
