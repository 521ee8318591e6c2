"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useCallback, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { DeckChanges } from "@/components/decks/deck-changes";
import { DeckConfirm } from "@/components/decks/deck-confirm";
import { DeckEffects } from "@/components/decks/deck-effects";
import { DeckLayout } from "@/components/decks/deck-layout";
import { DeckProblems } from "@/components/decks/deck-problems";
import { type Deck, isCompared, isMoving, isOpen, stateWords } from "@/components/decks/deck-words";
import { RollBack } from "@/components/decks/roll-back";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { JobBar } from "@/components/tasks/job-bar";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { toast } from "@/components/ui/toast-store";
import { useOpen } from "@/components/ui/use-open";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

const POLL_MS = 1_000;

/** One deck from its file to its prices: what is wrong with it, what it would do, the decision, and the way back. */
export function DeckView({ deckId }: Readonly<{ deckId: string }>) {
  const { tenantSlug } = useScope();
  const { close } = useOpen();
  const query = useQuery(
    useTRPC().decks.get.queryOptions(
      { tenantSlug, deckId },
      { refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? POLL_MS : false) },
    ),
  );
  return (
    <>
      <PageHeader
        actions={
          <>
            {query.data && isOpen(query.data) && <Drop deck={query.data} onDropped={close} />}
            <Button onClick={close}>{t("All decks")}</Button>
          </>
        }
        aside={query.data && stateWords(query.data).word}
        title={query.data?.fileName ?? t("Rate deck")}
      />
      <QueryView query={query}>{(deck) => <OneDeck deck={deck} />}</QueryView>
    </>
  );
}

const strong = (text: ReactNode) => <strong className="font-medium text-ink">{text}</strong>;

function OneDeck({ deck }: Readonly<{ deck: Deck }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const ended = useCallback(
    () => void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() }),
    [queries, trpc.decks],
  );
  const { can } = useScope();
  const { plan } = deck;
  return (
    <div className="grid max-w-5xl gap-8">
      <p className="text-ink-2">
        {deck.mode === "replace"
          ? rich("For the plan <strong>{plan}</strong>: prices that the file does not have end.", { plan, strong })
          : rich("For the plan <strong>{plan}</strong>: prices that the file does not have stay.", { plan, strong })}
      </p>
      {deck.taskId && isMoving(deck) && can("tasks.read") && (
        <JobBar key={deck.taskId} onEnded={ended} taskId={deck.taskId} />
      )}
      {deck.problem && <Notice title={deck.problem} tone="bad" />}
      <Decided deck={deck} />
      {deck.swept && (
        <Notice title={t("Its rows are not kept any more.")} tone="info">
          {t("What a deck did is kept for a month, one that nobody applied for a week.")}
        </Notice>
      )}
      {deck.uploaded && isOpen(deck) && (deck.layout || deck.problem) && <DeckLayout deck={deck} />}
      {(deck.errors > 0 || deck.warnings > 0) && <DeckProblems deck={deck} key={`${deck.errors}.${deck.warnings}`} />}
      {isCompared(deck) && (
        <>
          <DeckEffects deck={deck} />
          {!deck.swept && <DeckChanges deck={deck} key={String(deck.comparedAt)} />}
          {deck.uploaded && deck.state === "staged" && deck.errors === 0 && <DeckConfirm deck={deck} />}
        </>
      )}
      {(deck.state === "applied" || deck.state === "scheduled") && <RollBack deck={deck} />}
    </div>
  );
}

/** What was done with it. */
function Decided({ deck }: Readonly<{ deck: Deck }>) {
  if (deck.state === "rolled_back" && deck.rolledBackAt) {
    return (
      <Notice title={t("This deck was taken back.")} tone="info">
        {rich("What held before it holds again since {moment}.", { moment: <Moment at={deck.rolledBackAt} full /> })}
      </Notice>
    );
  }
  if (!deck.effectiveAt || (deck.state !== "applied" && deck.state !== "scheduled")) return null;
  return (
    <Notice title={deck.state === "applied" ? t("Its prices hold.") : t("Its prices are scheduled.")} tone="ok">
      {rich("From {moment} on. Calls that are under way keep the price they began with.", {
        moment: <Moment at={deck.effectiveAt} full />,
      })}
    </Notice>
  );
}

function Drop({ deck, onDropped }: Readonly<{ deck: Deck; onDropped: () => void }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const drop = useMutation(
    trpc.decks.drop.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
        void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
        toast(t("The deck is dropped; no price was changed."));
        onDropped();
      },
      onError: (error) => {
        const { title, next } = refusalOf(error);
        toast(`${title} ${next}`, { tone: "bad" });
      },
    }),
  );
  if (!can("plans.write")) return null;
  return asked ? (
    <>
      <Button
        busy={drop.isPending && t("Dropping…")}
        look="danger"
        onClick={() => drop.mutate({ tenantSlug, deckId: deck.id })}
      >
        {t("Drop the file and all that is read")}
      </Button>
      <Button onClick={() => setAsked(false)}>{t("Keep")}</Button>
    </>
  ) : (
    <Button onClick={() => setAsked(true)}>{t("Drop…")}</Button>
  );
}
