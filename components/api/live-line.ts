import { helloIn } from "@/components/api/live-kinds";

/** What the stream said, word for word; `down` when it is cut. */
export type Told = Readonly<{ event: "hello" | "changed" | "ended" | "down"; data: string; id: string }>;

type Lead = Readonly<{
  /** The tenants that the tabs of this browser look at. */
  tenants: () => Promise<readonly string[]>;
  since: () => string;
  tell: (told: Told) => void;
}>;

/** Tabs of an older build go on until they are loaded anew; what they say to each other changes its name with its form. */
const FORM = "ringfence-live-1";
const LOOKING_AT = `${FORM} at `;
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** The server says every 15 seconds that it is there. */
const SILENT_MS = 40_000;
/** Tabs that are opened together ask together. */
const SETTLE_MS = 50;

function addressOf(slugs: readonly string[], since: string): string {
  const asked = new URLSearchParams(slugs.map((slug) => ["tenant", slug]));
  if (since) asked.set("since", since);
  return `/api/live?${asked}`;
}

const waitAfter = (tries: number): number => AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] ?? 1_000;

/** The browser knows at once what the stream would find out in half a minute. */
function hearNetwork(lost: () => void, back: () => void): () => void {
  window.addEventListener("offline", lost);
  window.addEventListener("online", back);
  return () => {
    window.removeEventListener("offline", lost);
    window.removeEventListener("online", back);
  };
}

/** Holds the stream for all tabs, until told to stop. */
function lead({ tenants, since, tell }: Lead) {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hello: Told | undefined;
  let tries = 0;
  let over = false;

  const in_ = (ms: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };
  const lost = () => {
    source?.close();
    const nobody = hello !== undefined && helloIn(hello.data).tenants.length === 0;
    hello = undefined;
    tell({ event: "down", data: "", id: "" });
    // There is nothing to watch until a tab asks for something else.
    if (nobody) return clearTimeout(timer);
    in_(waitAfter(tries), connect);
    tries += 1;
  };
  const heard = (event: Told["event"] | "alive", { data, lastEventId }: MessageEvent<string>) => {
    in_(SILENT_MS, lost);
    if (event === "alive") return;
    const told: Told = { event, data, id: lastEventId };
    if (event === "hello") [hello, tries] = [told, 0];
    tell(told);
  };
  const connect = async () => {
    const slugs = await tenants();
    if (over || slugs.length === 0) return;
    source?.close();
    source = new EventSource(addressOf(slugs, since()));
    for (const event of ["hello", "changed", "ended", "alive"] as const)
      source.addEventListener(event, (message: MessageEvent<string>) => heard(event, message));
    source.addEventListener("error", lost);
  };
  const back = () => {
    tries = 0;
    void connect();
  };
  const deaf = hearNetwork(lost, back);
  void connect();

  return {
    /** A tab asks: it is told where the stream stands, and taken in when its tenant is not watched yet. */
    look: (slug: string) => {
      const known = hello && helloIn(hello.data);
      if (hello && known && [...known.tenants, ...known.refused].includes(slug))
        tell({ ...hello, data: JSON.stringify({ ...known, reload: false }), id: since() });
      else in_(SETTLE_MS, connect);
    },
    stop: () => {
      over = true;
      clearTimeout(timer);
      deaf();
      source?.close();
    },
  };
}

/**
 * One stream for all tabs of a browser: the tab that holds a lock of the browser holds it and passes on what it says; when
 * that tab goes, the next one takes over where it stood. Where the browser has no locks (over plain HTTP) each tab has its
 * own. @returns the way to leave.
 */
export function joinLine(tenantSlug: string, hear: (told: Told) => void): () => void {
  let seen = "";
  const note = (told: Told) => {
    if (told.id) seen = told.id;
    hear(told);
  };
  const since = () => seen;
  if (!navigator.locks || typeof BroadcastChannel === "undefined") {
    const line = lead({ tenants: async () => [tenantSlug], since, tell: note });
    return line.stop;
  }
  const gone = new AbortController();
  const untilGone = new Promise<void>((resolve) => gone.signal.addEventListener("abort", () => resolve()));
  const channel = new BroadcastChannel(FORM);
  let line: ReturnType<typeof lead> | undefined;
  channel.addEventListener("message", ({ data }: MessageEvent<Told | Readonly<{ look: string }>>) => {
    if ("look" in data) line?.look(data.look);
    else if (!line) note(data);
  });
  const hold = (name: string, mode: LockMode, then: () => void) =>
    navigator.locks.request(name, { mode, signal: gone.signal }, () => {
      then();
      return untilGone;
    });
  const tenants = async () => {
    const { held } = await navigator.locks.query();
    const names = (held ?? []).map((lock) => lock.name ?? "").filter((name) => name.startsWith(LOOKING_AT));
    return [...new Set([tenantSlug, ...names.map((name) => name.slice(LOOKING_AT.length))])];
  };
  const tell = (told: Told) => {
    channel.postMessage(told);
    note(told);
  };
  // Whoever leaves before its turn is no failure.
  hold(`${LOOKING_AT}${tenantSlug}`, "shared", () => channel.postMessage({ look: tenantSlug })).catch(() => {});
  hold(FORM, "exclusive", () => {
    line = lead({ tenants, since, tell });
  }).catch(() => {});

  return () => {
    gone.abort();
    line?.stop();
    channel.close();
  };
}
