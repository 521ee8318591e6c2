import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";

import { reauthState } from "@/components/api/reauth-state";
import { refusalOf } from "@/components/api/refusal";
import type { AppRouter } from "@/server/api/root";

/** Asks when the server wants to know once more who one is, and sends the very same request again afterwards. */
export const reauthLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      let over = false;
      let current = next(op).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => {
          if (refusalOf(error).code !== "reauth_required") return observer.error(error);
          void reauthState.ask().then((shown) => {
            if (over) return;
            if (shown) current = next(op).subscribe(observer);
            else observer.error(error);
          });
        },
      });
      return () => {
        over = true;
        current.unsubscribe();
      };
    });
