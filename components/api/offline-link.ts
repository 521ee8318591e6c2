import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

import { NotSent } from "@/components/api/refusal";
import type { AppRouter } from "@/server/api/root";

/**
 * Refuses a change at once while the browser has no connection: nothing left this machine, so it can be sent again without a
 * thought. Nothing waits to be sent by itself later, when nobody looks.
 */
export const offlineLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    op.type === "mutation" && !navigator.onLine
      ? observable((observer) => observer.error(TRPCClientError.from(new NotSent("offline"))))
      : next(op);
