/** What the phone of this page is doing. It outlives the pages and tenants that are looked at meanwhile. */
export type PhoneState = Readonly<{
  /** Whether it is in sight. */
  open: boolean;
  line: LineState;
  /** Whose phone it is while there is one. */
  owner: Owner | undefined;
  problem: Problem | undefined;
  call: CallState | undefined;
  /** What was asked for and is not done yet. */
  wish: Wish | undefined;
}>;

export type Owner = Readonly<{ tenantSlug: string; extensionId: string; number: string; displayName: string }>;

/** off: nobody asked; starting: on its way; ready; lost: was ready, is trying again; refused: somebody has to do something. */
export type LineState = "off" | "starting" | "ready" | "lost" | "refused";

/** What is wrong and what to do, in two sentences. */
export type Problem = Readonly<{ title: string; next: string }>;

export type CallState = Readonly<{
  /** Its own, of this page. */
  key: number;
  direction: "out" | "in";
  /** As it was dialled, or as the caller shows. */
  number: string;
  phase: "calling" | "ringing" | "incoming" | "live" | "over";
  /** When it began and was answered, by this page's clock. */
  startedAt: number;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  muted: boolean;
  held: boolean;
  /** How it ended, where the portal does not know better. */
  ending: Problem | undefined;
  quality: Quality | undefined;
}>;

/** How the voice travels: round trip and jitter in milliseconds, and lost packets of a hundred. */
export type Quality = Readonly<{ rttMs: number | undefined; jitterMs: number; lostPercent: number; received: number }>;

/** What somebody asked for before the phone was there. */
export type Wish = Readonly<{ tenantSlug: string; extensionId?: string | undefined; dial?: string | undefined }>;

export const idle: PhoneState = {
  open: false,
  line: "off",
  owner: undefined,
  problem: undefined,
  call: undefined,
  wish: undefined,
};

let state = idle;
const listeners = new Set<() => void>();

/** The one phone of this page. */
export const phoneStore = {
  get: (): PhoneState => state,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  set: (change: Partial<PhoneState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  },
  /** Changes the call that has this key, if it is still the one. */
  setCall: (key: number, change: Partial<CallState>): void => {
    if (state.call?.key === key) phoneStore.set({ call: { ...state.call, ...change } });
  },
};

/** Brings the phone up: of an extension where one is named, dialling where a number is. */
export function askForPhone(wanted: Wish): void {
  phoneStore.set({ open: true, wish: wanted });
}
