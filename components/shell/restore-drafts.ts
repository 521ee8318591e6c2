import { type Drafts, fieldsOf, isChoice, takeDrafts } from "@/components/ui/drafts";
import { toast } from "@/components/ui/toast-store";
import { t } from "@/server/kernel/words";

const KEPT_MS = 10 * 60_000;

const isDrafts = (value: unknown): value is Drafts =>
  typeof value === "object" &&
  value !== null &&
  "who" in value &&
  "path" in value &&
  "at" in value &&
  "fields" in value &&
  typeof value.at === "number" &&
  typeof value.fields === "object" &&
  value.fields !== null;

/** Sets a field as if it had been typed, so that what listens to it hears. */
function type(field: HTMLElement, text: string): void {
  const kind =
    field instanceof HTMLSelectElement
      ? HTMLSelectElement
      : field instanceof HTMLTextAreaElement
        ? HTMLTextAreaElement
        : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
}

/**
 * Puts what was typed before a reload back into the forms of the same page, for the same person, as they open; each field
 * once. Ends by itself after ten minutes.
 */
export function restoreDrafts(who: string): () => void {
  const drafts = takeDrafts();
  if (!isDrafts(drafts) || drafts.who !== who || drafts.path !== location.pathname) return () => {};
  const open = new Map(Object.entries(drafts.fields));
  let said = false;

  const fill = () => {
    let typed = false;
    for (const form of document.forms) {
      for (const [key, field] of fieldsOf(form)) {
        const text = open.get(key);
        if (text === undefined || typeof text !== "string") continue;
        open.delete(key);
        if (isChoice(field)) {
          if (String(field.checked) !== text) field.click();
        } else if (field.value !== text) {
          type(field, text);
          typed = true;
        }
      }
    }
    if (typed && !said) toast(t("What you had typed is back."));
    said ||= typed;
    if (open.size === 0) watch.disconnect();
  };
  const watch = new MutationObserver(fill);
  watch.observe(document.body, { subtree: true, childList: true });
  fill();
  const timer = setTimeout(() => watch.disconnect(), Math.max(0, drafts.at + KEPT_MS - Date.now()));
  return () => {
    clearTimeout(timer);
    watch.disconnect();
  };
}
