import type { AuditAction } from "@/server/domain/audit/actions";
import type { Actor, PublicValues, Where } from "@/server/domain/audit/change";

const WINDOW_MS = 60_000;
const MOST_KINDS = 20;
const MOST_REMEMBERED = 10_000;

/** Something that somebody was refused. Never what they sent: only what they asked for, and why not. */
export type Refused = Readonly<{
  where: Where;
  actor: Actor;
  action: AuditAction;
  subject: string;
  outcome: "denied" | "failed";
  after?: PublicValues;
  /** What tells it from others of its subject; the code of the refusal, or a name that was tried. */
  kind: string;
}>;

export type Recorded = Omit<Refused, "kind">;
type Repeats = { readonly of: Refused; times: number; kinds: number };

type Options = Readonly<{
  /** Writes events, in their order. What it throws, the events are tried again with the next ones. */
  record: (events: readonly Recorded[]) => Promise<void>;
  failed?: (error: unknown, waiting: number) => void;
  /** How long events are gathered; without it they wait until somebody asks for them to be written. */
  everyMs?: number;
  now?: () => number;
}>;

export type RefusalBook = Readonly<{
  /** Leaves one event of it: at once with the next ones, or as one of those that are only counted. */
  note(refused: Refused): void;
  /** The same, for whoever writes the event: true when they should, false when it is counted here. */
  first(refused: Refused): boolean;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** Writes what waits and what was counted so far. */
  close(): Promise<void>;
}>;

const whereKey = (where: Where) => ("tenantId" in where ? where.tenantId : `homes ${where.homesOf ?? ""}`);
/** What repeats are told as: the rule on permissions counts every one of the first, and only the kinds of the others. */
const toldAs = ({ action }: Pick<Refused, "action">) =>
  action === "permission.deny" ? "permission.deny" : "access.refuse";
const groupOf = (refused: Refused) =>
  `${refused.actor.kind} ${refused.actor.id} ${whereKey(refused.where)} ${refused.outcome} ${toldAs(refused)}`;

/** What was only counted of one person at one place: how often, and how many kinds of it no event tells. */
const summary = ({ of: { kind: _, ...of }, times, kinds }: Repeats): Recorded => ({
  ...of,
  action: toldAs(of),
  subject: "refusals:more",
  after: { times, kinds },
});

/** What was refused within a minute: what is an event of its own, and how much there was besides. */
class Minute {
  readonly #seen = new Set<string>();
  readonly #kindsOf = new Map<string, number>();
  readonly #repeats = new Map<string, Repeats>();

  constructor(readonly startedAt: number) {}

  /** A crowd of ever new people, or of ever new kinds, ends the minute early. */
  get isFull(): boolean {
    return this.#seen.size >= MOST_REMEMBERED || this.#repeats.size >= MOST_REMEMBERED;
  }

  /** Whether it is an event of its own; else it is counted. */
  take(refused: Refused): boolean {
    const { action, actor, subject, kind } = refused;
    const group = groupOf(refused);
    const key = `${group} ${action} ${subject} ${kind}`;
    const person = `${actor.kind} ${actor.id}`;
    const before = this.#kindsOf.get(person) ?? 0;
    const isNew = !this.#seen.has(key);
    this.#seen.add(key);
    if (isNew && before < MOST_KINDS) {
      this.#kindsOf.set(person, before + 1);
      return true;
    }
    const known = this.#repeats.get(group) ?? { of: refused, times: 0, kinds: 0 };
    known.times += 1;
    if (isNew) known.kinds += 1;
    this.#repeats.set(group, known);
    return false;
  }

  summaries(): Recorded[] {
    return [...this.#repeats.values()].map(summary);
  }
}

/**
 * Sees to it that every refusal is in the trail and that nobody fills the trail by knocking. The first of a kind in a minute
 * is an event of its own; repeats, and a person's twenty-first kind in that minute, become one event with their number when
 * the minute is over. Events are gathered and written apart from the request, whose transaction was rolled back.
 */
export function createRefusalBook({ record, failed, everyMs, now = Date.now }: Options): RefusalBook {
  let minute = new Minute(now());
  let waiting: Recorded[] = [];
  let writing: Promise<void> = Promise.resolve();

  const end = () => {
    waiting.push(...minute.summaries());
    minute = new Minute(now());
  };
  const turn = () => {
    if (minute.isFull || now() - minute.startedAt >= WINDOW_MS) end();
  };
  const first = (refused: Refused): boolean => {
    turn();
    return minute.take(refused);
  };
  const write = async () => {
    turn();
    const events = waiting;
    if (events.length === 0) return;
    waiting = [];
    await record(events).catch((error: unknown) => {
      waiting = [...events, ...waiting].slice(-MOST_REMEMBERED);
      failed?.(error, waiting.length);
    });
  };
  const flush = () => {
    writing = writing.then(write);
    return writing;
  };
  const timer = everyMs === undefined ? undefined : setInterval(() => void flush(), everyMs);
  timer?.unref();
  return {
    first,
    note: (refused) => {
      const { kind: _, ...event } = refused;
      if (first(refused)) waiting.push(event);
    },
    flush,
    close: () => {
      clearInterval(timer);
      end();
      return flush();
    },
  };
}
