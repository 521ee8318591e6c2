"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { Moment } from "@/components/shell/moment";
import { browserText } from "@/components/team/browser-text";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";

/** My own sessions; ending one takes effect with its next request. */
export function Sessions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.sessions.list.queryOptions());
  const revoke = useMutation(
    trpc.sessions.revoke.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.sessions.pathKey() });
        toast("That session is over.");
      },
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
    }),
  );
  return (
    <QueryView query={query}>
      {(data) => (
        <ul className="grid max-w-4xl border-t">
          {data.items.map((session) => (
            <li className="flex min-h-11 flex-wrap items-center gap-x-4 border-b py-1" key={session.id}>
              <span className="min-w-0 flex-1 basis-48">
                <span className="font-medium">{browserText(session.userAgent)}</span>{" "}
                <code className="text-xs text-ink-2">{session.address}</code>
              </span>
              <span className="text-ink-2">
                since <Moment at={session.createdAt} />
              </span>
              {session.current ? (
                <span className="w-28 text-ok">This one</span>
              ) : (
                <Button
                  busy={revoke.isPending && revoke.variables?.sessionId === session.id && "Ending…"}
                  className="w-28"
                  onClick={() => revoke.mutate({ sessionId: session.id })}
                >
                  End session
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </QueryView>
  );
}
