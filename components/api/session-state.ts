let ended = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (ended === next) return;
  ended = next;
  for (const listener of listeners) listener();
}

/** Whether the server said that the session is over. The page stays as it is; a dialog over it asks to sign in again. */
export const sessionState = {
  hasEnded: (): boolean => ended,
  end: () => set(true),
  renewed: () => set(false),
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
