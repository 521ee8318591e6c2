const PLAIN = "aceinouyACEINOU";
const ACCENTED = "àçéîñôûýÀÇÉÎÑÔÛ";

/**
 * A text in the pseudo-language: accents on what people read, a third more of it, and brackets around the whole, so that a
 * text that is cut, glued together or not in the catalogue is seen at once. Placeholders, branches and tags stay.
 */
export function pseudo(english: string): string {
  const text = english.replace(/^[a-z ]+\|/, "");
  const accented = text.replace(
    /\{\w+(?:, (?:plural|select),)?|(?:^|(?<=[\s}]))[\w=]+(?= ?\{)|<\/?\w+>|[a-zA-Z]/g,
    (part) => (part.length === 1 ? (ACCENTED[PLAIN.indexOf(part)] ?? part) : part),
  );
  const letters = text.replace(/\{[^{}]*\}|<[^>]*>/g, "").length;
  return `[${accented}${" ~".repeat(Math.ceil((letters * 0.35) / 2))}]`;
}
