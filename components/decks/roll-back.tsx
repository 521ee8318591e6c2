"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { countText, type Deck } from "@/components/decks/deck-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { useOpen } from "@/components/ui/use-open";

/** The way back, with what it would do or what is in its way. */
export function RollBack({ deck }: Readonly<{ deck: Deck }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { open } = useOpen();
  const preview = useQuery(trpc.decks.previewRollBack.queryOptions({ tenantSlug, deckId: deck.id }));
  const back = useMutation(
    trpc.decks.rollBack.mutationOptions({
      onSuccess: () => void toast("Taken back; what held before holds again."),
      onSettled: () => {
        void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
      },
    }),
  );
  if (!can("plans.write")) return null;
  return (
    <Section level={2} title="Take it back">
      <QueryView query={preview}>
        {({ restores, removes, laterDeck, touched }) =>
          laterDeck !== null ? (
            <Notice
              action={<Button onClick={() => open(laterDeck)}>Open that deck</Button>}
              title="Another deck was applied to the plan after this one."
              tone="info"
            >
              Take that one back first, then this one.
            </Notice>
          ) : touched !== null ? (
            <Notice title={`The price of ${touched || "a prefix"} was changed since.`} tone="info">
              So it cannot be taken back as a whole; upload a deck with the prices you want.
            </Notice>
          ) : (
            <div className="grid justify-items-start gap-3">
              <p>
                {countText(removes)} {removes === 1 ? "price" : "prices"} of the file would go, and{" "}
                {countText(restores)} that {restores === 1 ? "it" : "they"} ended would hold again, as if the deck had
                not been. Calls keep the price they began with.
              </p>
              {back.error && <ErrorState {...refusalOf(back.error)} />}
              <Button
                busy={back.isPending && "Taking back…"}
                icon="undo"
                onClick={() => back.mutate({ tenantSlug, deckId: deck.id })}
              >
                Take this deck back
              </Button>
            </div>
          )
        }
      </QueryView>
    </Section>
  );
}
