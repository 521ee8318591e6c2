import type { PbxEvent } from "@/server/infra/ami/gateway";

const isSecurity = (event: PbxEvent) => event.kind === "security" || event.kind === "userevent";

/**
 * Stands between the socket and the handlers: the socket must be read at once, or Asterisk cuts it off with the loss of
 * everything. Calls and security events have their own room, so that someone who guesses passwords cannot push out the
 * end of a call.
 */
export class EventQueue {
  #calls: PbxEvent[] = [];
  #security: PbxEvent[] = [];
  #draining = false;
  #dropped = 0;

  constructor(
    readonly options: Readonly<{
      maxCalls: number;
      maxSecurity: number;
      deliver: (event: PbxEvent) => Promise<void>;
      /** Once per run of losses among the events of calls. */
      onDropped: () => void;
    }>,
  ) {}

  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#calls.length + this.#security.length;
  }

  push(event: PbxEvent): void {
    const [queue, max] = isSecurity(event)
      ? [this.#security, this.options.maxSecurity]
      : [this.#calls, this.options.maxCalls];
    if (queue.length >= max) {
      this.#dropped += 1;
      if (queue === this.#calls && !this.#lossTold) {
        this.#lossTold = true;
        queueMicrotask(this.options.onDropped);
      }
      return;
    }
    queue.push(event);
    if (!this.#draining) {
      this.#draining = true;
      setImmediate(() => void this.#drain());
    }
  }

  #lossTold = false;

  async #drain(): Promise<void> {
    for (;;) {
      // A whole batch at a time: taking from the front of a long array one by one would cost its square.
      const batch = this.#calls.length > 0 ? this.#calls.splice(0) : this.#security.splice(0, 100);
      if (batch.length === 0) break;
      for (const event of batch) await this.options.deliver(event);
    }
    this.#draining = false;
    this.#lossTold = false;
  }
}
