import type { Then } from "@/components/shell/palette-items";

const LOOK_MS = 60;
const PATIENCE_MS = 8_000;

/** The last visible element of a selector; after a bar stands what its words begin with. */
function find(wanted: string): HTMLElement | undefined {
  const [selector = "", words = ""] = wanted.split("|");
  return [...document.querySelectorAll<HTMLElement>(selector)].findLast(
    (element) =>
      element.checkVisibility() && (element.textContent?.trim() ?? "").toLowerCase().startsWith(words.toLowerCase()),
  );
}

let looking: ReturnType<typeof setInterval> | undefined;

/** Waits for what is wanted on the page that is coming, then presses it or gives it the focus. Gives up in silence: the page is there. */
export function runThen(after: Then): void {
  clearInterval(looking);
  const until = Date.now() + PATIENCE_MS;
  looking = setInterval(() => {
    const target = document.querySelector("dialog[open]")
      ? undefined
      : find("press" in after ? after.press : after.focus);
    if (!target && Date.now() < until) return;
    clearInterval(looking);
    if (!target) return;
    if ("press" in after) target.click();
    else target.focus();
    if ("focus" in after && target instanceof HTMLInputElement) target.select();
  }, LOOK_MS);
}

/** What can be done with the object that is open beside the list: its own buttons, by their words. They get the focus; Enter is theirs. */
export function actionsHere(): readonly Readonly<{
  label: string;
  /** As the button names them, separated by blanks. */
  verbs: string;
  after: Then;
}>[] {
  const buttons = [...document.querySelectorAll<HTMLElement>("[data-panel] button:not([disabled]):not([aria-label])")];
  const shown = buttons.filter((button) => button.checkVisibility());
  const verbsOf = new Map(shown.map((button) => [button.textContent?.trim() ?? "", button.dataset["verb"] ?? ""]));
  return [...verbsOf]
    .filter(([label]) => label.length > 1 && label.length <= 40)
    .slice(0, 12)
    .map(([label, verbs]) => ({ label, verbs, after: { focus: `[data-panel] button:not([disabled])|${label}` } }));
}
