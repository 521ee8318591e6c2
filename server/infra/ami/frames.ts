/** One message of the manager interface. Names are lower case; of a name that comes twice the first value counts. */
export type Frame = Readonly<Record<string, string>>;

const MAX_LINE = 64 * 1024;
const MAX_LINES = 2_000;

/**
 * Reads manager messages from a byte stream, in time linear to its size. A peer that never ends a line or a message is
 * cut off, so it cannot fill the memory.
 */
export class FrameParser {
  #rest = "";
  #fields: Record<string, string> = {};
  #lines = 0;

  constructor(readonly onFrame: (frame: Frame) => void) {}

  /** @throws RangeError when a line or a message is larger than any that Asterisk sends. */
  push(text: string): void {
    let from = 0;
    const all = this.#rest + text;
    for (let end = all.indexOf("\n", from); end !== -1; end = all.indexOf("\n", from)) {
      const stop = end > from && all.charCodeAt(end - 1) === 13 ? end - 1 : end;
      this.#line(all.slice(from, stop));
      from = end + 1;
    }
    this.#rest = all.slice(from);
    if (this.#rest.length > MAX_LINE) throw new RangeError("a line of the manager interface is too long");
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#lines > 0) this.onFrame(this.#fields);
      this.#fields = {};
      this.#lines = 0;
      return;
    }
    if (this.#lines === 0 && line.startsWith("Asterisk Call Manager")) return;
    this.#lines += 1;
    if (this.#lines > MAX_LINES) throw new RangeError("a message of the manager interface is too long");
    const colon = line.indexOf(":");
    if (colon < 1) return;
    const name = line.slice(0, colon).toLowerCase();
    if (Object.hasOwn(this.#fields, name)) return;
    this.#fields[name] = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
  }
}

/** Writes one action. The caller has checked each value by kind; this is the last lock on the same door. */
export function renderAction(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => {
    if (/[\r\n\0]/.test(name + value)) throw new RangeError(`manager field ${JSON.stringify(name)} holds a line break`);
    return `${name}: ${value}`;
  });
  return `${lines.join("\r\n")}\r\n\r\n`;
}
