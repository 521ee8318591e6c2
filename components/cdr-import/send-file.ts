import { MOST_PARTS, PART_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";
import { t } from "@/server/kernel/words";

/** The file was too large even when it was compressed. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/**
 * Compresses a file while it is read and cuts it into the parts in which it travels. The next part is made when the last
 * one is there, so that no more than one of them is in memory.
 * @param onRead told how many bytes of the file were read.
 * @throws TooLarge behind the last part that a file may have.
 */
export async function* partsOf(file: Blob, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let read = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      read += chunk.length;
      onRead(read);
      controller.enqueue(chunk);
    },
  });
  const zipped = file.stream().pipeThrough(counted).pipeThrough(new CompressionStream("gzip")).getReader();
  const part = new Uint8Array(PART_BYTES);
  let filled = 0;
  let parts = 0;
  const cut = () => {
    parts += 1;
    if (parts > MOST_PARTS) throw new TooLarge(t("That is too much for one file: cut it in two."));
    const whole = part.slice(0, filled);
    filled = 0;
    return whole;
  };
  try {
    for (let next = await zipped.read(); !next.done; next = await zipped.read()) {
      for (let at = 0; at < next.value.length; ) {
        const piece = next.value.subarray(at, at + PART_BYTES - filled);
        part.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled === PART_BYTES) yield cut();
      }
    }
    if (filled > 0) yield cut();
  } finally {
    await zipped.cancel().catch(() => {});
  }
}

const STEP = 32_768;

/** Bytes as base64. */
export function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += STEP) pieces.push(String.fromCharCode(...bytes.subarray(at, at + STEP)));
  return btoa(pieces.join(""));
}
