/** What was typed in the forms of a page, kept over a reload of this tab. */
export type Drafts = Readonly<{ who: string; path: string; at: number; fields: Readonly<Record<string, string>> }>;

const KEPT = "ringfence-drafts";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isSecret = (field: Field): boolean =>
  field instanceof HTMLInputElement &&
  (["password", "hidden", "file", "submit", "button"].includes(field.type) ||
    field.autocomplete === "one-time-code" ||
    field.autocomplete === "current-password" ||
    field.autocomplete === "new-password");

export const isChoice = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");

/** The fields of a form that have a name and no secret, each under its form's title: the same after the page was loaded anew. */
export function fieldsOf(form: HTMLFormElement): readonly (readonly [key: string, field: Field])[] {
  const within = form.closest("dialog, section, aside, main");
  const title = within?.querySelector("h1, h2, h3")?.textContent ?? "";
  const fields = [...form.elements].filter(
    (element): element is Field =>
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement,
  );
  return fields
    .filter((field) => field.name !== "" && !isSecret(field))
    .map((field) => [`${title}|${field.name}${isChoice(field) ? `|${field.value}` : ""}`, field] as const);
}

/** Writes down what stands in the forms of this page. Passwords, codes and files are left out. @param who the person. */
export function keepDrafts(who: string): void {
  const fields: Record<string, string> = {};
  for (const form of document.forms) {
    for (const [key, field] of fieldsOf(form)) fields[key] = isChoice(field) ? String(field.checked) : field.value;
  }
  const drafts: Drafts = { who, path: location.pathname, at: Date.now(), fields };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(drafts));
  } catch {
    // A browser that keeps nothing loses what was typed; the bar has said that the reload can wait.
  }
}

/** Whether anything was kept: the code that puts it back comes only then. */
export function hasDrafts(): boolean {
  try {
    return sessionStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
}

/** Takes what was kept; it is given once. */
export function takeDrafts(): unknown {
  try {
    const text = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
