import { decodeLive, LIVE_CHANNEL } from "@/server/infra/live/bus";
import { type Listener, listen } from "@/server/infra/live/listener";
import type { Logger } from "@/server/infra/log/logger";
import type { CallLifecycle } from "@/workers/calls/call-lifecycle";

const NOT_MORE_OFTEN_MS = 500;

/** A call that is about to end for want of money goes on when some arrives: a top-up, or another call that gave back its hold. */
export function hurryAfterTopUps(connectionString: string, lifecycle: CallLifecycle, log: Logger): Listener {
  const { hurry, close } = hurrier(lifecycle);
  const listener = listen({
    connectionString,
    channel: LIVE_CHANNEL,
    onMessage: (payload) => {
      const heard = decodeLive(payload);
      if (heard && "kind" in heard && heard.kind === "balance") hurry();
    },
    log,
  });
  return {
    get connected() {
      return listener.connected;
    },
    close: () => {
      close();
      return listener.close();
    },
  };
}

/** Asks anew for all calls that are short of money: soon, and not more often than makes sense. */
export function hurrier(lifecycle: CallLifecycle): Readonly<{ hurry: () => void; close: () => void }> {
  let timer: NodeJS.Timeout | undefined;
  return {
    hurry: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        for (const call of lifecycle.registry.short()) lifecycle.renewals?.hurry(call);
      }, NOT_MORE_OFTEN_MS);
    },
    close: () => clearTimeout(timer),
  };
}
