import type { Stats } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import path from "node:path";

export type SpoolPosition = Readonly<{ inode: number; readTo: number }>;

export type SpoolChunk = Readonly<{
  lines: readonly string[];
  /** Where to go on after these lines. */
  next: SpoolPosition;
  /** There is more to read at once. */
  more: boolean;
}>;

const CHUNK = 256 * 1024;
const LONGEST_LINE = 64 * 1024;

/**
 * Reads the next whole lines of a file that another process appends to. A half line waits for its end. After a rotation
 * the rest of the old file is read first, wherever it lies in the folder; after a truncation reading begins anew.
 * @returns undefined when the file is not there.
 */
export async function readSpool(file: string, from: SpoolPosition | undefined): Promise<SpoolChunk | undefined> {
  const now = await statOf(file);
  if (from && from.inode !== now?.ino) {
    const rotated = await findByInode(path.dirname(file), from.inode);
    const rest = rotated && (await readLines(rotated, from));
    if (rest && rest.lines.length > 0) return { ...rest, more: true };
  }
  if (!now) return undefined;
  const begin = { inode: now.ino, readTo: 0 };
  const position = from && from.inode === now.ino && from.readTo <= now.size ? from : begin;
  if (position.readTo === now.size) return { lines: [], next: position, more: false };
  return readLines(file, position);
}

/** How much of the file, and of the one that was rotated away, lies behind this position. */
export async function unreadOf(
  file: string,
  from: SpoolPosition | undefined,
): Promise<Readonly<{ there: boolean; size: number; unread: number }>> {
  const now = await statOf(file);
  const size = now?.size ?? 0;
  if (!from || from.inode === now?.ino) {
    const readTo = from && from.readTo <= size ? from.readTo : 0;
    return { there: now !== undefined, size, unread: size - readTo };
  }
  const rotated = await findByInode(path.dirname(file), from.inode);
  const rest = rotated ? ((await statOf(rotated))?.size ?? 0) - from.readTo : 0;
  return { there: now !== undefined, size, unread: size + Math.max(0, rest) };
}

async function readLines(file: string, from: SpoolPosition): Promise<SpoolChunk> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const buffer = Buffer.alloc(CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, from.readTo);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    // What is this long and has no end is no record: it is stepped over, so that it cannot block those behind it.
    const used = end === 0 && bytesRead >= LONGEST_LINE ? bytesRead : end;
    const lines = buffer.subarray(0, end).toString("utf8").split("\n").filter(Boolean);
    return { lines, next: { inode: from.inode, readTo: from.readTo + used }, more: used > 0 && bytesRead === CHUNK };
  } finally {
    await handle?.close();
  }
}

async function findByInode(folder: string, inode: number): Promise<string | undefined> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    if ((await statOf(file))?.ino === inode) return file;
  }
  return undefined;
}

const statOf = (file: string): Promise<Stats | undefined> => stat(file).catch(() => undefined);
