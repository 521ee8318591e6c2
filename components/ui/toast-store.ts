export type Toast = Readonly<{
  id: number;
  text: string;
  tone: "ok" | "bad";
  /** A way back, offered for ten seconds. */
  undo?: (() => void) | undefined;
}>;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export const toastStore = {
  get: (): readonly Toast[] => toasts,
  none: [] as readonly Toast[],
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  drop: (id: number) => change(toasts.filter((toast) => toast.id !== id)),
  /** Takes back what was done last of what can be. @returns whether there was any. */
  undoNewest: (): boolean => {
    const newest = toasts.findLast(({ undo }) => undo);
    if (!newest) return false;
    toastStore.drop(newest.id);
    newest.undo?.();
    return true;
  },
};

/** Says in one line what was done. At most three stand at once; the oldest goes. */
export function toast(text: string, options: { tone?: Toast["tone"]; undo?: () => void } = {}): void {
  const id = nextId++;
  change([...toasts.slice(-2), { id, text, tone: options.tone ?? "ok", undo: options.undo }]);
  setTimeout(() => toastStore.drop(id), options.undo ? 10_000 : 5_000);
}
