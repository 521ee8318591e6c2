import type { CallId, TenantId } from "@/server/kernel/ids";

/** What a worker remembers of a call that is going on. The database knows it too; this saves asking. */
export type LiveCall = {
  readonly call: string;
  readonly callId: CallId;
  readonly tenantId: TenantId;
  readonly kind: string;
  readonly startedAtMs: number;
  /** Counted from the answer. */
  grantedSeconds: number;
  /** Milliseconds on the PBX's clock. */
  answeredAtMs: number | undefined;
  /** The last renewal found no more money: it ends soon, unless some arrives. */
  short: boolean;
  renewal: NodeJS.Timeout | undefined;
};

/** The longest grant; Asterisk keeps to the same bound. */
const MOST_SECONDS = 14_400;

/** Whether more may have to be held for it. A call from outside that nobody pays for has all the time there is. */
export const isRenewable = ({ kind, grantedSeconds }: LiveCall): boolean =>
  (kind === "external" || kind === "inbound") && grantedSeconds < MOST_SECONDS;

/** The calls that are not over, by the PBX's name for them. Losing it costs nothing but a question to the database. */
export class CallRegistry {
  #calls = new Map<string, LiveCall>();

  get size(): number {
    return this.#calls.size;
  }

  find(call: string): LiveCall | undefined {
    return this.#calls.get(call);
  }

  /** Those that will end for want of money. */
  short(): LiveCall[] {
    return [...this.#calls.values()].filter((call) => call.short);
  }

  add(call: Omit<LiveCall, "renewal" | "short">): LiveCall {
    const known = this.#calls.get(call.call);
    if (known) {
      known.grantedSeconds = Math.max(known.grantedSeconds, call.grantedSeconds);
      known.answeredAtMs ??= call.answeredAtMs;
      return known;
    }
    const added: LiveCall = { ...call, short: false, renewal: undefined };
    this.#calls.set(call.call, added);
    return added;
  }

  remove(call: string): LiveCall | undefined {
    const known = this.#calls.get(call);
    clearTimeout(known?.renewal);
    this.#calls.delete(call);
    return known;
  }

  clear(): void {
    for (const call of this.#calls.keys()) this.remove(call);
  }
}
