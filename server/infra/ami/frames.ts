/**
 * One message of the manager interface. Names are lower case. Asterisk gives each name once; where one comes again the first
 * value counts, and the last stands under the name with LAST: somebody wrote lines of his own into a field before it.
 */
export type Frame = Readonly<Record<string, string>>;

const LAST = "#last";
/** The value that Asterisk itself wrote, when what strangers send stands before it. */
export const lastOf = (frame: Frame, name: string): string => frame[name + LAST] ?? frame[name] ?? "";
export const isTold = (frame: Frame): boolean => !Object.keys(frame).some((name) => name.endsWith(LAST));
/** Under which name another value of a name is kept. */
export const again = (name: string): string => name + LAST;

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
    // Both characters: one alone came from outside, and ends nothing.
    for (let end = all.indexOf("\r\n", from); end !== -1; end = all.indexOf("\r\n", from)) {
      this.#line(all.slice(from, end));
      from = end + 2;
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
    const value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    this.#fields[Object.hasOwn(this.#fields, name) ? again(name) : name] = value;
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
