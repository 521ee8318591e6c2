/** The languages of the portal, by what each calls itself. English is what stands in the code. */
export const languages = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  pt: "Português",
  ar: "العربية",
} as const;

export type Language = keyof typeof languages;

/** English with accents, brackets and a third more letters: what a page shows without them has not gone through the catalogue. */
export const PSEUDO = "en-XA";
export type Spoken = Language | typeof PSEUDO;

export const isLanguage = (text: string | null | undefined): text is Language =>
  text !== null && text !== undefined && Object.hasOwn(languages, text);

export const isSpoken = (text: string | null | undefined): text is Spoken => text === PSEUDO || isLanguage(text);

export const directionOf = (language: Spoken): "ltr" | "rtl" => (language === "ar" ? "rtl" : "ltr");

/** The first language of ours in what a browser asks for; undefined when it knows none of them. */
export function askedLanguage(accept: string | undefined): Language | undefined {
  const asked = (accept ?? "")
    .slice(0, 500)
    .split(",")
    .map((entry) => {
      const [tag = "", ...more] = entry.trim().toLowerCase().split(";");
      const weight = Number(more.find((each) => each.trim().startsWith("q="))?.split("=")[1] ?? 1);
      return { language: tag.split("-")[0] ?? "", weight: Number.isFinite(weight) ? weight : 0 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return asked.map(({ language }) => language).find(isLanguage);
}
