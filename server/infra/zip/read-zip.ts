import { crc32, inflateRawSync } from "node:zlib";

import type { ZipEntry } from "@/server/infra/zip/write-zip";

/** Why a file is not a ZIP that can be read, in one sentence. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

const END = 0x0605_4b50;
const LINE = 0x0201_4b50;
const HEAD = 0x0403_4b50;

/**
 * The files of a ZIP in the order of its directory. It is read strictly: what is cut off, overlaps, has bytes that belong to
 * no file, or does not have the sum that it says is refused, because whoever reads it wants to know exactly that.
 * @param mostBytes of all files together, unpacked; so that a small file cannot fill the memory.
 * @throws ZipError.
 */
export function readZip(zip: Buffer, mostBytes: number): ZipEntry[] {
  const end = zip.length - 22;
  if (end < 0 || zip.readUInt32LE(end) !== END) throw new ZipError("The file ends too early, or is no ZIP.");
  const count = zip.readUInt16LE(end + 10);
  const size = zip.readUInt32LE(end + 12);
  const start = zip.readUInt32LE(end + 16);
  if (start + size !== end || zip.readUInt16LE(end + 8) !== count) throw new ZipError("Its directory is damaged.");
  const files: ZipEntry[] = [];
  let [line, from, left] = [start, 0, mostBytes];
  for (let n = 0; n < count; n += 1) {
    if (line + 46 > end || zip.readUInt32LE(line) !== LINE) throw new ZipError("Its directory is damaged.");
    const { entry, next } = readEntry(zip, line, { from, before: start, left });
    if (files.some(({ name }) => name === entry.name)) throw new ZipError(`It holds ${entry.name} twice.`);
    files.push(entry);
    left -= entry.bytes.length;
    from = next;
    line += 46 + zip.readUInt16LE(line + 28) + zip.readUInt16LE(line + 30) + zip.readUInt16LE(line + 32);
  }
  if (line !== end || from !== start) throw new ZipError("It holds bytes that belong to none of its files.");
  return files;
}

type Room = Readonly<{ from: number; before: number; left: number }>;

function readEntry(zip: Buffer, line: number, { from, before, left }: Room): { entry: ZipEntry; next: number } {
  const name = zip.toString("utf8", line + 46, line + 46 + zip.readUInt16LE(line + 28));
  const [method, crc] = [zip.readUInt16LE(line + 10), zip.readUInt32LE(line + 16)];
  const [packed, size] = [zip.readUInt32LE(line + 20), zip.readUInt32LE(line + 24)];
  const offset = zip.readUInt32LE(line + 42);
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) throw new ZipError("It holds a file with a name that is none.");
  if (offset !== from || offset + 30 > before || zip.readUInt32LE(offset) !== HEAD) {
    throw new ZipError(`${name} is not where the directory says.`);
  }
  const data = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  const own = zip.toString("utf8", offset + 30, offset + 30 + zip.readUInt16LE(offset + 26));
  if (data + packed > before || own !== name) throw new ZipError(`${name} is damaged.`);
  if (size > left) throw new ZipError("It is larger than any evidence.");
  const bytes = unpack(zip.subarray(data, data + packed), method, size);
  if (bytes?.length !== size || crc32(bytes) !== crc) throw new ZipError(`${name} is damaged.`);
  return { entry: { name, bytes }, next: data + packed };
}

function unpack(packed: Buffer, method: number, size: number): Buffer | undefined {
  if (method === 0) return packed;
  if (method !== 8) return undefined;
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    return undefined;
  }
}
