import { crc32 } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** What draws the picture. Everything else (places, names, comments) is left out. */
const kept = new Set(["IHDR", "PLTE", "tRNS", "sRGB", "gAMA", "IDAT", "IEND"]);

/** The longest side, in pixels. */
export const MOST_PIXELS = 2_000;

export type ReadPng = Readonly<{ png: Buffer; width: number; height: number }> | Readonly<{ refused: string }>;

/** Reads a picture chunk by chunk and writes it anew with what draws it only; where it was taken, and by whom, is gone. */
export function readPng(bytes: Buffer): ReadPng {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return { refused: "It is not a PNG picture." };
  const parts: Buffer[] = [SIGNATURE];
  const seen: string[] = [];
  let at = 8;
  while (at + 12 <= bytes.length && seen.at(-1) !== "IEND") {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) return { refused: "The picture is cut off." };
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      return { refused: "The picture is damaged." };
    }
    if (kept.has(type)) {
      parts.push(bytes.subarray(at, end));
      seen.push(type);
    }
    at = end;
  }
  if (seen[0] !== "IHDR" || !seen.includes("IDAT") || seen.at(-1) !== "IEND") {
    return { refused: "The picture is not whole." };
  }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width < 1 || height < 1 || width > MOST_PIXELS || height > MOST_PIXELS) {
    return { refused: `A side has at most ${MOST_PIXELS} pixels.` };
  }
  return { png: Buffer.concat(parts), width, height };
}
