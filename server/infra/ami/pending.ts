import type { Frame } from "@/server/infra/ami/frames";
import { DomainError } from "@/server/kernel/errors";

type Waiting = {
  readonly frames: Frame[];
  readonly listEnd: string | undefined;
  readonly timer: NodeJS.Timeout;
  readonly finish: (outcome: Frame[] | DomainError) => void;
};

const MAX_LIST = 50_000;

const unreachable = (reason: string, detail: Record<string, string | number> = {}) =>
  new DomainError("pbx_unreachable", { reason, ...detail });

/** The actions that wait for an answer. Each one ends exactly once: by its answer, its deadline or the connection's end. */
export class PendingActions {
  #waiting = new Map<string, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  add(
    id: string,
    options: Readonly<{ deadlineMs: number; listEnd: string | undefined; settled: () => void }>,
    send: () => void,
  ): Promise<Frame[]> {
    return new Promise((resolve, reject) => {
      const finish = (outcome: Frame[] | DomainError) => {
        if (!this.#waiting.delete(id)) return;
        clearTimeout(timer);
        options.settled();
        if (outcome instanceof DomainError) reject(outcome);
        else resolve(outcome);
      };
      const late = () => finish(unreachable("no answer in time", { deadlineMs: options.deadlineMs }));
      const timer = setTimeout(late, options.deadlineMs);
      this.#waiting.set(id, { frames: [], listEnd: options.listEnd, timer, finish });
      try {
        send();
      } catch (error) {
        finish(unreachable(error instanceof Error ? error.message : "not sent"));
      }
    });
  }

  /** @returns true when the message belongs to an action of ours, waited for or not. */
  take(frame: Frame): boolean {
    const id = frame["actionid"];
    if (id === undefined) return false;
    const waiting = this.#waiting.get(id);
    // An answer after its deadline is nobody's; it must not be taken for an event of the PBX.
    if (!waiting) return id.startsWith("rf-") || frame["response"] !== undefined;
    if (frame["response"] !== undefined) this.#answered(waiting, frame);
    else if (frame["event"]?.toLowerCase() === waiting.listEnd?.toLowerCase()) waiting.finish(waiting.frames);
    else if (waiting.frames.length >= MAX_LIST) waiting.finish(unreachable("the list is too long"));
    else waiting.frames.push(frame);
    return true;
  }

  #answered(waiting: Waiting, frame: Frame): void {
    if (frame["response"]?.toLowerCase() === "error") {
      waiting.finish(unreachable(frame["message"] ?? "refused", { refused: 1 }));
    } else if (waiting.listEnd === undefined) {
      waiting.finish([frame]);
    }
  }

  failAll(reason: string): void {
    for (const { finish } of [...this.#waiting.values()]) finish(unreachable(reason));
  }
}
