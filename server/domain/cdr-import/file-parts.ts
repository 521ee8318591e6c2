import { createReadStream } from "node:fs";
import { createGzip } from "node:zlib";

import { PART_BYTES } from "@/server/domain/cdr-import/cdr-import.schema";

/**
 * Compresses a file and cuts it into the parts in which it travels, one at a time: no more of it is in memory than that.
 * @param onRead told how many bytes of the file were read.
 */
export async function* partsOfFile(
  file: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const source = createReadStream(file);
  source.on("data", () => onRead(source.bytesRead));
  const zipped = createGzip({ level: 6 });
  source.on("error", (error) => zipped.destroy(error));
  let waiting: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(zipped)) {
      let rest = chunk as Buffer;
      while (bytes + rest.length >= PART_BYTES) {
        const cut = PART_BYTES - bytes;
        yield joined([...waiting, rest.subarray(0, cut)]);
        rest = rest.subarray(cut);
        waiting = [];
        bytes = 0;
      }
      waiting.push(rest);
      bytes += rest.length;
    }
    if (bytes > 0) yield joined(waiting);
  } finally {
    source.destroy();
    zipped.destroy();
  }
}

const joined = (pieces: readonly Buffer[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(pieces));
