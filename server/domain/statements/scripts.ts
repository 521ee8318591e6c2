import { readFileSync } from "node:fs";
import path from "node:path";
import * as fontkit from "fontkit";

import { regular, semibold } from "@/server/domain/statements/fonts";
import type { Coverage, Script } from "@/server/domain/statements/letters";
import { isDrawn } from "@/server/domain/statements/statement.rules";

type Weights = Readonly<{ regular: string; bold: string }>;

/** Noto (OFL 1.1), for the letters that our own font has not: of packages whose versions are pinned, like all fonts here. */
const files: Readonly<Record<Exclude<Script, "own">, Weights>> = {
  latin: { regular: "fonts-latin/fonts/NotoSans-Regular.ttf", bold: "fonts-latin/fonts/NotoSans-SemiBold.ttf" },
  arabic: {
    regular: "fonts-arabic/fonts/NotoNaskhArabic-Regular.ttf",
    bold: "fonts-arabic/fonts/NotoNaskhArabic-Bold.ttf",
  },
  hebrew: {
    regular: "fonts-hebrew/fonts/NotoSansHebrew-Regular.ttf",
    bold: "fonts-hebrew/fonts/NotoSansHebrew-Bold.ttf",
  },
  han: { regular: "fonts-sc/fonts/NotoSansHans-Regular.otf", bold: "fonts-sc/fonts/NotoSansHans-Bold.otf" },
};

const read = new Map<string, Buffer>();
const opened = new Map<Script, fontkit.Font>();

/** A font as a file; read from the disk once, when the first letter of its script is drawn. */
export function fontFile(script: Script, bold: boolean): Buffer {
  const name = script === "own" ? (bold ? semibold : regular) : files[script][bold ? "bold" : "regular"];
  const known = read.get(name);
  if (known) return known;
  const file =
    script === "own"
      ? Buffer.from(name, "base64")
      : readFileSync(path.join(import.meta.dirname, "../../../node_modules/@embedpdf", name));
  read.set(name, file);
  return file;
}

/** Both weights of a font have the same letters. */
export const covers: Coverage = (script, codePoint) => {
  if (script === "own") return isDrawn(String.fromCodePoint(codePoint));
  let font = opened.get(script);
  if (!font) {
    font = fontkit.create(fontFile(script, false)) as fontkit.Font;
    opened.set(script, font);
  }
  return font.hasGlyphForCodePoint(codePoint);
};
