import { isUtf8 } from "node:buffer";

import { MOST_FILE_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";
import { DomainError } from "@/server/kernel/errors";

/** What is longer is no record. */
const LONGEST_LINE = 64 * 1024;
const windows1252 = new TextDecoder("windows-1252");

/** Some lines of a file, with the number of the first; a line that was too long to be one is undefined. */
export type Lines = Readonly<{ first: number; texts: readonly (string | undefined)[] }>;

/**
 * Cuts a stream of bytes into lines, some thousand at a time, and holds no more of it than that. What is not UTF-8 is read
 * as Windows-1252, block by block, so that one odd letter does not spoil a file.
 * @throws DomainError invalid_input for UTF-16, and for a file that is larger than was said to be possible.
 */
export async function* linesOf(bytes: AsyncIterable<Buffer>, most: number): AsyncGenerator<Lines> {
  let first = 1;
  let texts: (string | undefined)[] = [];
  let carry: Buffer = Buffer.alloc(0);
  let dropping = false;
  let total = 0;
  for await (const chunk of bytes) {
    if (total === 0) refuseUtf16(chunk);
    total += chunk.length;
    if (total > MOST_FILE_BYTES)
      throw new DomainError("invalid_input", { bytes: total }, "The file is larger than 4 GB.");
    const end = chunk.lastIndexOf(0x0a);
    if (end === -1) {
      if (!dropping) carry = Buffer.concat([carry, chunk]);
      if (carry.length > LONGEST_LINE) {
        carry = Buffer.alloc(0);
        dropping = true;
      }
      continue;
    }
    for (const text of decoded(Buffer.concat([carry, chunk.subarray(0, end)])).split("\n")) {
      texts.push(dropping || text.length > LONGEST_LINE ? undefined : text);
      dropping = false;
      if (texts.length < most) continue;
      yield { first, texts };
      first += texts.length;
      texts = [];
    }
    carry = chunk.subarray(end + 1);
    dropping = carry.length > LONGEST_LINE;
    if (dropping) carry = Buffer.alloc(0);
  }
  if (dropping || carry.length > 0) texts.push(dropping ? undefined : decoded(carry));
  if (texts.length > 0) yield { first, texts };
}

function decoded(bytes: Buffer): string {
  const text = isUtf8(bytes) ? bytes.toString("utf8") : windows1252.decode(bytes);
  const bare = text.startsWith("\ufeff") ? text.slice(1) : text;
  return bare.includes("\r") ? bare.replace(/\r(?=\n|$)/g, "") : bare;
}

function refuseUtf16(start: Buffer): void {
  const [a, b] = start;
  const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  if (!marked) return;
  throw new DomainError("invalid_input", {}, "The file is UTF-16: save it as UTF-8 or as CSV without Unicode marks.");
}
