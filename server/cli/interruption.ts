export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Ctrl-C once asks for a clean end at the next `check`; a second time it ends the process as ever, and so it does after `end`. */
export function interruptible(): Readonly<{ check: () => void; end: () => void }> {
  let asked = false;
  const note = () => {
    asked = true;
    process.stderr.write("Stopping …\n");
  };
  process.once("SIGINT", note);
  return {
    check() {
      if (asked) throw new Interrupted();
    },
    end: () => void process.off("SIGINT", note),
  };
}
