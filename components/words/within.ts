import { spoken } from "@/server/kernel/words";

/** A short text, such as the name of a state, as it stands within a sentence. German begins nouns large there as well. */
export const withinText = (text: string): string =>
  spoken() === "de" || /^\p{Lu}{2}/u.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
