type Answer = (shown: boolean) => void;

const listeners = new Set<() => void>();
let waiting: readonly Answer[] = [];

function set(next: readonly Answer[]): void {
  waiting = next;
  for (const listener of listeners) listener();
}

function settle(shown: boolean): void {
  const answers = waiting;
  set([]);
  for (const answer of answers) answer(shown);
}

/**
 * What asked once more who one is, and waits. The page and its form stay as they are; a dialog over them asks, and what waits
 * is done again or refused.
 */
export const reauthState = {
  isAsked: (): boolean => waiting.length > 0,
  /** @returns whether the person showed it. Where no dialog listens, nobody can. */
  ask: (): Promise<boolean> =>
    listeners.size === 0 ? Promise.resolve(false) : new Promise((answer) => set([...waiting, answer])),
  shown: () => settle(true),
  refused: () => settle(false),
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) settle(false);
    };
  },
};
