import { Readable } from "node:stream";
import { promisify } from "node:util";
import { crc32, createDeflateRaw, deflateRaw } from "node:zlib";

export type ZipEntry = Readonly<{
  /** Letters, digits, dot, dash and underscore: nothing that a file system could take for a path. */
  name: string;
  bytes: Uint8Array;
}>;

const deflate = promisify(deflateRaw);
const VERSION = 20;
const DEFLATED = 8;
/** What this form of ZIP can say; beyond it there is another one, which not every tool reads. */
const MOST_BYTES = 0xffff_ffff;
const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** A moment as ZIP writes it: two-second steps, no zone; UTC here. */
function dosTime(at: Date): { date: number; time: number } {
  const year = Math.max(1980, at.getUTCFullYear());
  return {
    date: ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

type Written = Readonly<{ name: string; offset: number; crc: number; packed: number; size: number; flags: number }>;
/** The sums come behind the bytes: they are not known before. */
const SUMS_BEHIND = 8;

/** The fields that a file's own header and its line in the directory have in common. */
function shared({ crc, packed, size, name, flags }: Omit<Written, "offset">, at: Date): Buffer {
  const { date, time } = dosTime(at);
  const head = Buffer.alloc(26);
  head.writeUInt16LE(VERSION, 0);
  head.writeUInt16LE(flags, 2);
  head.writeUInt16LE(DEFLATED, 4);
  head.writeUInt16LE(time, 6);
  head.writeUInt16LE(date, 8);
  head.writeUInt32LE(crc, 10);
  head.writeUInt32LE(packed, 14);
  head.writeUInt32LE(size, 18);
  head.writeUInt16LE(name.length, 22);
  return head;
}

/**
 * A ZIP in pieces, one file at a time, so that only one is in memory. The same files and moment give the same bytes.
 * @param at the time that the files carry.
 * @throws RangeError for a name that is none, and beyond four gigabytes.
 */
export async function* writeZip(entries: AsyncIterable<ZipEntry>, at: Date): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const { name, bytes } of entries) {
    if (!NAME.test(name)) throw new RangeError("a file in a ZIP has a plain name");
    const packed = await deflate(bytes);
    const entry = { name, crc: crc32(bytes), packed: packed.length, size: bytes.length, flags: 0 };
    const head = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared(entry, at), Buffer.from(name)]);
    written.push({ ...entry, offset });
    offset += head.length + packed.length;
    if (offset > MOST_BYTES) throw new RangeError("a ZIP of this form has at most four gigabytes");
    yield head;
    yield packed;
  }
  yield directoryOf(written, offset, at);
}

export type ZipPieces = Readonly<{ name: string; pieces: AsyncIterable<Uint8Array> }>;

/**
 * The same for files of any size: each is packed as its pieces come, so that only one piece is in memory.
 * @throws RangeError as above, and whatever the pieces throw.
 */
export async function* streamZip(entries: AsyncIterable<ZipPieces>, at: Date): AsyncGenerator<Buffer> {
  const written: Written[] = [];
  let offset = 0;
  for await (const { name, pieces } of entries) {
    if (!NAME.test(name)) throw new RangeError("a file in a ZIP has a plain name");
    const sums = { crc: 0, packed: 0, size: 0 };
    const head = Buffer.concat([
      Buffer.from("PK\x03\x04", "latin1"),
      shared({ name, crc: 0, packed: 0, size: 0, flags: SUMS_BEHIND }, at),
      Buffer.from(name),
    ]);
    yield head;
    for await (const packed of packing(pieces, sums)) {
      sums.packed += packed.length;
      yield packed;
    }
    const behind = Buffer.alloc(16);
    behind.write("PK\x07\x08", 0, "latin1");
    behind.writeUInt32LE(sums.crc, 4);
    behind.writeUInt32LE(sums.packed, 8);
    behind.writeUInt32LE(sums.size, 12);
    yield behind;
    written.push({ name, ...sums, flags: SUMS_BEHIND, offset });
    offset += head.length + sums.packed + behind.length;
    if (offset > MOST_BYTES || sums.size > MOST_BYTES)
      throw new RangeError("a ZIP of this form has at most four gigabytes");
  }
  yield directoryOf(written, offset, at);
}

async function* packing(
  pieces: AsyncIterable<Uint8Array>,
  sums: { crc: number; size: number },
): AsyncGenerator<Buffer> {
  const counted = async function* () {
    for await (const piece of pieces) {
      sums.crc = crc32(piece, sums.crc);
      sums.size += piece.length;
      yield piece;
    }
  };
  const deflate = createDeflateRaw({ level: 4 });
  const source = Readable.from(counted());
  source.once("error", (error) => deflate.destroy(error));
  try {
    for await (const packed of source.pipe(deflate)) yield packed as Buffer;
  } finally {
    source.destroy();
  }
}

function directoryOf(written: readonly Written[], offset: number, at: Date): Buffer {
  const lines = written.map((entry) => {
    const rest = Buffer.alloc(14);
    // Readable by its owner only, as Unix writes it.
    rest.writeUInt32LE(0o100600 * 0x1_0000, 6);
    rest.writeUInt32LE(entry.offset, 10);
    const first = Buffer.from(`PK\x01\x02${String.fromCharCode(VERSION, 3)}`, "latin1");
    return Buffer.concat([first, shared(entry, at), rest, Buffer.from(entry.name)]);
  });
  const directory = Buffer.concat(lines);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(written.length, 8);
  end.writeUInt16LE(written.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([directory, end]);
}
