import type { LiveKind } from "@/server/infra/live/bus";

export type StreamOut = {
  /** Something that is said at once. */
  say(event: string, data: unknown): void;
  /** Kinds that changed at a tenant; gathered, and sent when there is room. */
  changed(tenantSlug: string, kinds: readonly LiveKind[]): void;
  close(): void;
  stream(source: Readonly<{ start: () => void; cancel: () => void }>): ReadableStream<Uint8Array>;
};

type Options = Readonly<{
  /** The least time between two messages of what changed. */
  gatherMs: number;
  /** Where the stream of changes stands; goes out as the id of each message, so that a browser can name it later. */
  position: () => string;
}>;

/** Messages that wait for a browser that reads slowly. Beyond that changes are gathered, so that a stuck one costs nothing. */
const MOST_WAITING = 16;

/** One side of a stream of server-sent events. */
export function createStreamOut({ gatherMs, position }: Options): StreamOut {
  const encoder = new TextEncoder();
  const waiting = new Map<string, Set<LiveKind>>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const hasRoom = () => (controller?.desiredSize ?? 0) > 0;
  // An id stands for all before it, so there is none while changes wait.
  const write = (event: string, data: unknown) => {
    const id = waiting.size === 0 ? `id: ${position()}\n` : "";
    controller?.enqueue(encoder.encode(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  };
  const flush = () => {
    timer = undefined;
    if (waiting.size === 0 || !hasRoom()) return;
    const changes = Object.fromEntries([...waiting].map(([slug, kinds]) => [slug, [...kinds]]));
    waiting.clear();
    write("changed", changes);
    timer = setTimeout(flush, gatherMs);
  };

  return {
    say: (event, data) => {
      // A browser that reads nothing needs no sign of life.
      if (event !== "alive" || hasRoom()) write(event, data);
    },
    changed: (tenantSlug, kinds) => {
      const known = waiting.get(tenantSlug) ?? new Set();
      for (const kind of kinds) known.add(kind);
      waiting.set(tenantSlug, known);
      if (!timer) flush();
    },
    close: () => {
      clearTimeout(timer);
      const open = controller;
      controller = undefined;
      open?.close();
    },
    stream: ({ start, cancel }) =>
      new ReadableStream(
        {
          start(given) {
            controller = given;
            start();
          },
          // The browser has read: what waited for it goes now.
          pull: () => {
            if (!timer) flush();
          },
          cancel() {
            controller = undefined;
            clearTimeout(timer);
            cancel();
          },
        },
        new CountQueuingStrategy({ highWaterMark: MOST_WAITING }),
      ),
  };
}
