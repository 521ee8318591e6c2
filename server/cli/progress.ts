import type { WriteStream } from "node:tty";

export type Progress = Readonly<{
  /** How much of how much of a step is done. */
  show: (step: string, done: number, of: number) => void;
  end: () => void;
}>;

const EVERY_MS = 500;

/** Says on standard error how far something is: one line that changes on a terminal, else a line now and then. */
export function progressOn(stream: Pick<WriteStream, "write"> & { isTTY?: boolean }): Progress {
  let last = 0;
  let shown = "";
  return {
    show(step, done, of) {
      const text = `${step} ${of > 0 ? Math.floor((done / of) * 100) : 0} %`;
      if (text === shown || (Date.now() - last < EVERY_MS && text.startsWith(shown.split(" ")[0] ?? " "))) return;
      last = Date.now();
      shown = text;
      stream.write(stream.isTTY ? `\r${text.padEnd(24)}` : `${text}\n`);
    },
    end() {
      if (shown !== "" && stream.isTTY) stream.write(`\r${" ".repeat(24)}\r`);
    },
  };
}
