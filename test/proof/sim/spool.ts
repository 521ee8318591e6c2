import type { SpoolChunk, SpoolPosition } from "@/workers/calls/spool-file";

/** The PBX's file of call records: it grows by lines, may lose its unread end in a crash, and may be rotated. */
export class SimSpool {
  #files: { inode: number; text: string }[] = [{ inode: 100, text: "" }];
  #gone = new Set<string>();

  /** Where each call's record stands, to know at the end of a world which evidence there was. */
  readonly written = new Map<string, number>();

  get #newest(): { inode: number; text: string } {
    const file = this.#files.at(-1);
    if (!file) throw new Error("no file");
    return file;
  }

  write(call: string, line: string): void {
    this.#newest.text += `${line}\n`;
    this.written.set(call, this.#newest.inode);
  }

  /** A crash in the middle of writing: the half line stays, and the next one is written behind it. */
  tear(line: string): void {
    this.#newest.text += line.slice(0, Math.floor(line.length / 2));
  }

  rotate(): void {
    this.#files.push({ inode: this.#newest.inode + 1, text: "" });
  }

  /** The disk loses everything: a new file begins. */
  lose(): void {
    for (const [call] of this.written) this.#gone.add(call);
    this.#files = [{ inode: this.#newest.inode + 1, text: "" }];
  }

  /** Whether a record of this call was there to read until the end. */
  has(call: string): boolean {
    return this.written.has(call) && !this.#gone.has(call);
  }

  /** As spool-file.ts reads a real file: whole lines, the rest of a rotated file first. */
  async read(from: SpoolPosition | undefined): Promise<SpoolChunk | undefined> {
    const old = from && this.#files.find(({ inode }) => inode === from.inode);
    const rest = old && old !== this.#newest ? linesOf(old, from.readTo) : undefined;
    if (rest && rest.lines.length > 0) return { ...rest, more: true };
    const { inode, text } = this.#newest;
    const readTo = from?.inode === inode && from.readTo <= text.length ? from.readTo : 0;
    return linesOf({ inode, text }, readTo);
  }
}

function linesOf({ inode, text }: { inode: number; text: string }, readTo: number): SpoolChunk {
  const end = text.lastIndexOf("\n") + 1;
  const lines = end > readTo ? text.slice(readTo, end).split("\n").filter(Boolean) : [];
  return { lines, next: { inode, readTo: Math.max(readTo, end) }, more: false };
}
