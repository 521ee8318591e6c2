"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { placeText } from "@/components/account/place-text";
import { When } from "@/components/account/when";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { browserText } from "@/server/kernel/browser-text";
import { t } from "@/server/kernel/words";

/** My own sessions; ending one takes effect with its next request. */
export function Sessions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.sessions.list.queryOptions());
  const ended = (sentence: string) => {
    void queries.invalidateQueries({ queryKey: trpc.sessions.pathKey() });
    toast(sentence);
  };
  const onError = (error: unknown) => toast(refusalOf(error).title, { tone: "bad" });
  const revoke = useMutation(
    trpc.sessions.revoke.mutationOptions({ onSuccess: () => ended(t("That session is over.")), onError }),
  );
  const others = useMutation(
    trpc.sessions.revokeOthers.mutationOptions({
      onSuccess: () => ended(t("You are signed in here and nowhere else.")),
      onError,
    }),
  );
  return (
    <QueryView query={query}>
      {(data) => (
        <div className="grid justify-items-start gap-3">
          <ul className="grid w-full border-t">
            {data.items.map((session) => (
              <li className="flex min-h-11 flex-wrap items-center gap-x-4 border-b py-1" key={session.id}>
                <span className="min-w-0 flex-1 basis-64">
                  <span className="font-medium">{browserText(session.userAgent)}</span>{" "}
                  <span className="text-xs text-ink-2">{placeText(session.address)}</span>
                </span>
                <span className="text-ink-2">
                  {rich("last seen {seen}, since {since}", {
                    seen: <When at={session.lastSeenAt} />,
                    since: <When at={session.createdAt} />,
                  })}
                </span>
                {session.current ? (
                  <span className="w-28 text-ok">{t("This one")}</span>
                ) : (
                  <Button
                    busy={revoke.isPending && revoke.variables?.sessionId === session.id && t("Ending…")}
                    className="w-28"
                    onClick={() => revoke.mutate({ sessionId: session.id })}
                  >
                    {t("End session")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {data.items.length > 1 && (
            <Button busy={others.isPending && t("Ending…")} onClick={() => others.mutate()}>
              {t("End all others")}
            </Button>
          )}
        </div>
      )}
    </QueryView>
  );
}
