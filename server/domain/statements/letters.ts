import bidiFactory from "bidi-js";

/** The fonts of a document, in the order in which one is looked for that has a letter. */
const SCRIPTS = ["own", "latin", "arabic", "hebrew", "han"] as const;
export type Script = (typeof SCRIPTS)[number];
const WIDE_FIRST: readonly Script[] = ["latin", ...SCRIPTS];

/** Whether a font has a sign for this letter. */
export type Coverage = (script: Script, codePoint: number) => boolean;

/** A piece of a line that one font draws from left to right as it stands here, or shapes and turns by itself. */
export type Run = Readonly<{ script: Script; text: string }>;

/**
 * A name within a sentence of ours, which keeps its own direction and leaves the sentence its own. Marks in it that turn the
 * direction of what follows are no part of a name, and would let it look like another.
 */
export const isolated = (name: string): string => `\u2068${name.replace(/\p{Bidi_Control}/gu, "")}\u2069`;

type Letter = { script: Script; text: string; level: number };

const bidi = bidiFactory();
const ISOLATES = /[\u2068\u2069]/;
/** What is drawn for a letter that no font has. */
const MISSING = "\ufffd";

/**
 * A line as pieces to draw one after the other from left to right: each letter by the first font that has it, lines of the
 * Arabic and Hebrew scripts in their order. A letter that no font has loses its accents, or is the sign for a missing letter.
 */
export function runsOf(line: string, has: Coverage): Run[] {
  const text = lettersOf(line.replace(/(?![\u2068\u2069])\p{Bidi_Control}/gu, ""), has);
  const { levels } = bidi.getEmbeddingLevels(text.map((letter) => letter.text).join(""), "auto");
  let at = 0;
  for (const letter of text) {
    letter.level = levels[at] ?? 0;
    at += letter.text.length;
  }
  return inOrder(piecesOf(text.filter((letter) => !ISOLATES.test(letter.text))));
}

/** The letters that will be drawn, in the order in which they are read. */
function lettersOf(line: string, has: Coverage): Letter[] {
  const letters: Letter[] = [];
  // A line with one letter of the wider font is drawn by that: two fonts within a word are a smear.
  const wide = Array.from(line.normalize("NFC")).some(
    (letter) => /[\p{L}\p{M}]/u.test(letter) && fontOf(letter, has, SCRIPTS) === "latin",
  );
  const order = wide ? WIDE_FIRST : SCRIPTS;
  for (const letter of line.normalize("NFC")) {
    const drawn = /[\s\p{Cc}]/u.test(letter) ? " " : letter;
    // A mark is drawn by the font of its letter, or not at all: an accent or a joiner without its letter says nothing.
    const mark = /[\p{M}\p{Cf}]/u.test(drawn) && !ISOLATES.test(drawn);
    const script = fontOf(drawn, has, mark ? letters.slice(-1).map((last) => last.script) : order);
    if (script || ISOLATES.test(drawn)) letters.push({ script: script ?? "own", text: drawn, level: 0 });
    else if (!mark) letters.push(replaced(drawn, has, order));
  }
  return letters;
}

function fontOf(letter: string, has: Coverage, order: readonly Script[]): Script | undefined {
  const codePoint = letter.codePointAt(0) ?? 0;
  return order.find((script) => has(script, codePoint));
}

function replaced(letter: string, has: Coverage, order: readonly Script[]): Letter {
  const [base = MISSING] = letter.normalize("NFKD");
  const script = base === letter ? undefined : fontOf(base, has, order);
  return script ? { script, text: base, level: 0 } : { script: "latin", text: MISSING, level: 0 };
}

/** Letters of one font and one direction together. */
function piecesOf(letters: readonly Letter[]): Letter[] {
  const pieces: Letter[] = [];
  for (const letter of letters) {
    const last = pieces.at(-1);
    // The font turns what it takes for Arabic or Hebrew, also digits, which are read from the left.
    const alone = isTurned(letter.script) && letter.level % 2 === 0;
    if (last && !alone && last.script === letter.script && last.level === letter.level) last.text += letter.text;
    else pieces.push({ ...letter });
  }
  return pieces.map((piece) => (piece.level % 2 === 1 && !turnsItself(piece) ? turned(piece) : piece));
}

const isTurned = (script: Script): boolean => script === "arabic" || script === "hebrew";
const turnsItself = ({ script, text }: Letter): boolean =>
  isTurned(script) && /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text);

/** Spaces, brackets and the like between words that are read from the right. */
const turned = (piece: Letter): Letter => ({
  ...piece,
  text: Array.from(piece.text, (letter) => bidi.getMirroredCharacter(letter) ?? letter)
    .reverse()
    .join(""),
});

/** As the pieces stand on the line: from the highest level down, what is of that level or above is turned round. */
function inOrder(pieces: readonly Letter[]): Run[] {
  const line = [...pieces];
  for (let level = Math.max(0, ...line.map((piece) => piece.level)); level > 0; level -= 1) {
    for (let from = 0; from < line.length; from += 1) {
      let to = from;
      while ((line[to]?.level ?? -1) >= level) to += 1;
      if (to > from) {
        line.splice(from, to - from, ...line.slice(from, to).reverse());
        from = to;
      }
    }
  }
  return line.map(({ script, text }) => ({ script, text }));
}
