"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import { refusalOf } from "@/components/api/refusal";
import { changesOf, type Deck, warningsOf } from "@/components/decks/deck-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { momentIn } from "@/components/ui/local-moment";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

/** The decision: when, and that the warnings were seen. Another moment is compared anew before it can be applied. */
export function DeckConfirm({ deck }: Readonly<{ deck: Deck }>) {
  const { can } = useScope();
  const warnings = warningsOf(deck);
  const [seen, setSeen] = useState(false);
  const { confirm, again, busy, error } = useDecision(deck);
  const changes = changesOf(deck.counts);
  if (!can("plans.write")) return null;
  const refusal = error ? refusalOf(error) : undefined;
  return (
    <Section level={2} title={t("Apply")}>
      {changes === 0 ? (
        <Notice title={t("Every price of the file holds already.")} tone="info">
          {t("There is nothing to apply. The deck can be dropped.")}
        </Notice>
      ) : (
        <div className="grid gap-4">
          {warnings.length > 0 && (
            <Notice title={t("Look at this before.")} tone="warn">
              <ul className="grid gap-1">
                {warnings.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
              <label className="flex min-h-8 items-center gap-2 pt-1 font-medium text-ink">
                <input checked={seen} onChange={(event) => setSeen(event.target.checked)} type="checkbox" />
                {t("I have looked at them and want these prices.")}
              </label>
            </Notice>
          )}
          <When deck={deck} onAgain={again} />
          {refusal && <ErrorState {...refusal} />}
          <div>
            <Button
              busy={busy && t("Applying…")}
              data-shortcut="s"
              disabled={warnings.length > 0 && !seen}
              look="primary"
              onClick={() => confirm(seen)}
            >
              {deck.effectiveAt
                ? t("{count, plural, one {Schedule # change} other {Schedule # changes}}", { count: changes })
                : t("{count, plural, one {Apply # change now} other {Apply # changes now}}", { count: changes })}
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}

function useDecision(deck: Deck) {
  const { tenantSlug } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const afresh = () => {
    void queries.invalidateQueries({ queryKey: trpc.decks.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.plans.pathKey() });
    void queries.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
  };
  const confirming = useMutation(
    trpc.decks.confirm.mutationOptions({
      onSuccess: () => void toast(t("Applied. It can be taken back as a whole.")),
      onSettled: afresh,
    }),
  );
  const comparing = useMutation(trpc.decks.again.mutationOptions({ onSettled: afresh }));
  const { comparedAt, id: deckId } = deck;
  return {
    busy: confirming.isPending || comparing.isPending,
    error: confirming.error ?? comparing.error,
    confirm: (acknowledged: boolean) => {
      if (comparedAt) confirming.mutate({ tenantSlug, deckId, comparedAt, acknowledged });
    },
    again: (effective: string | null) => comparing.mutate({ tenantSlug, deckId, effective }),
  };
}

type WhenProps = Readonly<{ deck: Deck; onAgain: (effective: string | null) => void }>;

/** From when on; a change of it is compared again, because other prices may hold by then. */
function When({ deck, onAgain }: WhenProps) {
  const { timeZone } = useScope();
  const [changing, setChanging] = useState(false);
  const [problem, setProblem] = useState<string>();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const at = momentIn(timeZone, String(new FormData(event.currentTarget).get("at") ?? ""));
    if (!at || at.getTime() <= Date.now()) return setProblem(t("Choose a time that is still to come."));
    setProblem(undefined);
    setChanging(false);
    onAgain(at.toISOString());
  }
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {deck.effectiveAt ? (
          <span>{rich("Holds from {moment} on.", { moment: <Moment at={deck.effectiveAt} full /> })}</span>
        ) : (
          <span>{t("Holds from the moment you apply it.")}</span>
        )}
        {!changing && (
          <Button data-shortcut="o" look="quiet" onClick={() => setChanging(true)}>
            {t("Another time…")}
          </Button>
        )}
      </p>
      {changing && (
        <form className="flex flex-wrap items-start gap-3" noValidate onSubmit={submit}>
          <Field
            autoFocus
            hint={t("On the clock of {zone}.", { zone: timeZone })}
            label={t("From when on")}
            name="at"
            problem={problem}
            type="datetime-local"
          />
          <div className="flex gap-2 pt-6">
            <Button type="submit">{t("Compare for then")}</Button>
            {deck.effectiveAt && <Button onClick={() => onAgain(null)}>{t("Compare for now")}</Button>}
            <Button look="quiet" onClick={() => setChanging(false)}>
              {t("Leave it")}
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
