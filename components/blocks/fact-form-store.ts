/** The form that the menu of a fact asked for: one at a time, and the page's, because the row of the fact may go while it is filled in. */
type FactForm = Readonly<
  { ask: "ban"; network: string; reason?: string | undefined } | { ask: "block"; digits: string }
>;

let open: FactForm | undefined;
const listeners = new Set<() => void>();

function change(next: FactForm | undefined): void {
  open = next;
  for (const listener of listeners) listener();
}

export const factForm = {
  get: (): FactForm | undefined => open,
  none: (): undefined => undefined,
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  open: (form: FactForm) => change(form),
  close: () => change(undefined),
};
