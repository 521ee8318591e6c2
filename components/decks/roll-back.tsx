"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import type { Deck } from "@/components/decks/deck-words";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { useOpen } from "@/components/ui/use-open";
import { listText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

/** The way back, with what it would do or what is in its way. */
export function RollBack({ deck }: Readonly<{ deck: Deck }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { open } = useOpen();
  const preview = useQuery(trpc.decks.previewRollBack.queryOptions({ tenantSlug, deckId: deck.id }));
  const back = useMutation(
    trpc.decks.rollBack.mutationOptions({
      onSuccess: ({ kept }) =>
        void toast(
          kept === 0
            ? t("Taken back; what held before holds again.")
            : t(
                "Taken back; {kept, plural, one {# price stays as it was} other {# prices stay as they were}} left by hand since.",
                { kept },
              ),
        ),
      onSettled: () => {
        void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
      },
    }),
  );
  if (!can("plans.write")) return null;
  return (
    <Section level={2} title={t("deck|Take it back")}>
      <QueryView query={preview}>
        {({ restores, removes, kept, keptPrefixes, laterDeck }) =>
          laterDeck !== null ? (
            <Notice
              action={<Button onClick={() => open(laterDeck)}>{t("Open that deck")}</Button>}
              title={t("Another deck was applied to the plan after this one.")}
              tone="info"
            >
              {t("Take that one back first, then this one.")}
            </Notice>
          ) : (
            <div className="grid justify-items-start gap-3">
              <p>
                {t(
                  "{removes, plural, one {# price of the file would go} other {# prices of the file would go}}, and {restores, plural, one {# that it ended would hold again} other {# that they ended would hold again}}, as if the deck had not been. Calls keep the price they began with.",
                  { removes, restores },
                )}
              </p>
              {kept > 0 && <KeptByHand kept={kept} prefixes={keptPrefixes} />}
              {back.error && <ErrorState {...refusalOf(back.error)} />}
              <Button
                busy={back.isPending && t("deck|Taking back…")}
                icon="undo"
                onClick={() => back.mutate({ tenantSlug, deckId: deck.id })}
              >
                {t("Take this deck back")}
              </Button>
            </div>
          )
        }
      </QueryView>
    </Section>
  );
}

function KeptByHand({ kept, prefixes }: Readonly<{ kept: number; prefixes: readonly string[] }>) {
  return (
    <Notice
      title={t(
        "{kept, plural, one {# price was ended or set by hand since and stays as it is:} other {# prices were ended or set by hand since and stay as they are:}}",
        { kept },
      )}
      tone="info"
    >
      {prefixes.length > 0 && <bdi dir="ltr">{listText(prefixes)}</bdi>}
    </Notice>
  );
}
