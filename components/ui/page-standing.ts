/**
 * What is wrong with the page itself, though what is on it may be right: it is of an older build than the portal, a part
 * of it could not be loaded, or its person has no seat here any more.
 */
export type Standing = Readonly<{ older: boolean; partMissing: boolean; unseated: boolean }>;

const well: Standing = { older: false, partMissing: false, unseated: false };
let now = well;
const listeners = new Set<() => void>();

export const pageStanding = {
  get: (): Standing => now,
  well,
  note: (change: Partial<Standing>) => {
    const next = { ...now, ...change };
    now = next.older || next.partMissing || next.unseated ? next : well;
    for (const listener of listeners) listener();
  },
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
