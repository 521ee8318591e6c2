/** As much as the field takes. */
export const MOST_CHARACTERS = 200;

const nothing = { text: "", enter: false };
let early = nothing;
let stop: (() => void) | undefined;

/**
 * Keeps what is typed or pasted from now on, until the field that it is meant for shows it: the palette's code may
 * still be on its way. Nothing of it reaches the page, where single keys are shortcuts. Escape gives up, and then whoever asked drops it. Of what comes after
 * Enter nothing is kept.
 */
export function keepEarlyKeys(onEscape: () => void): void {
  dropEarlyKeys();
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") onEscape();
    else if (event.key === "Enter") early = { ...early, enter: true };
    else if (event.key === "Backspace") add(-1);
    else if ([...event.key].length === 1) add(event.key);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const onPaste = (event: ClipboardEvent) => {
    add(event.clipboardData?.getData("text/plain").replaceAll(/\s+/g, " ") ?? "");
    event.preventDefault();
  };
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("paste", onPaste, true);
  stop = () => {
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("paste", onPaste, true);
  };
}

function add(what: string | -1): void {
  if (early.enter) return;
  const text = what === -1 ? early.text.slice(0, -1) : early.text + what;
  early = { ...early, text: text.slice(0, MOST_CHARACTERS) };
}

/** What was kept so far; undefined when nothing is kept any more. */
export const earlyKeys = (): typeof nothing | undefined => stop && early;

/** Stops keeping: from the next key on the field has them itself. */
export function dropEarlyKeys(): void {
  stop?.();
  stop = undefined;
  early = nothing;
}
