"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useState } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { problemsOf, type Refusal, refusalBeside, refusalOf } from "@/components/api/refusal";
import { useSeen } from "@/components/api/use-seen";
import { dueText, dutyText, leftText } from "@/components/command/duty-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FormEnd } from "@/components/ui/form-end";
import { Section } from "@/components/ui/section";
import { checks, useFields } from "@/components/ui/use-fields";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Row = Outputs["duties"]["list"]["items"][number];

/** What the desk looks after by the calendar: what is overdue on top, whose it is, and what showed it last. */
export function DutiesSection() {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().duties.list.queryOptions({ tenantSlug }));
  const [doing, setDoing] = useState<Row>();
  return (
    <Section level={2} title={t("Duties")}>
      <QueryView query={query}>
        {({ items }) => (
          <ol className="grid border-t">
            {items.map((row) => (
              <DutyLine key={row.duty} onDo={() => setDoing(row)} row={row} />
            ))}
          </ol>
        )}
      </QueryView>
      {doing && <DoDuty onClose={() => setDoing(undefined)} row={doing} />}
    </Section>
  );
}

function DutyLine({ row, onDo }: Readonly<{ row: Row; onDo: () => void }>) {
  const { tenantSlug, hrefOf, can } = useScope();
  const take = useMutation(useTRPC().duties.take.mutationOptions({ onSettled: useAgain() }));
  const { duty, page, ownerId, ownerName, doneAt, doneBy, note, overdue } = row;
  const left = leftText(row);
  return (
    <li className="grid gap-1 border-b py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5">
        <Link className="min-w-0 flex-1 basis-48 font-medium underline-offset-2 hover:underline" href={hrefOf(page)}>
          {dutyText(duty)}
        </Link>
        <span className={cx(overdue ? "font-medium text-bad" : "text-ink-2")}>{dueText(row)}</span>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
        <span className="min-w-0 flex-1 basis-48 break-words">
          {left && <span className={cx(row.left ? "text-warn" : "text-ok")}>{left}</span>}
          {left && " · "}
          {ownerName === null ? t("nobody’s") : t("of {name}", { name: ownerName })}
          {doneAt && (
            <>
              {" · "}
              {rich("done {at} by {name}", { at: <Moment at={doneAt} />, name: doneBy ?? "" })}
            </>
          )}
          {note && `: ${note}`}
        </span>
        {can("incidents.write") && (
          <>
            <Button
              aria-label={t("{act}: {duty}", {
                act: ownerName === null ? t("Take") : t("Let go"),
                duty: dutyText(duty),
              })}
              busy={take.isPending && t("Saving…")}
              onClick={() => take.mutate({ tenantSlug, duty, taken: ownerName === null, seen: { owner: ownerId } })}
            >
              {ownerName === null ? t("Take") : t("Let go")}
            </Button>
            <Button aria-label={t("{act}: {duty}", { act: t("duty|Done"), duty: dutyText(duty) })} onClick={onDo}>
              {t("duty|Done")}
            </Button>
          </>
        )}
      </div>
      {take.error && <ErrorState {...notTaken(refusalOf(take.error))} />}
    </li>
  );
}

/** Nothing was typed that could be saved again; the line says by now whose it is. */
const notTaken = (refusal: Refusal): Refusal =>
  refusal.code === "changed_meanwhile"
    ? {
        ...refusal,
        title: t("Somebody else took it or let it go meanwhile."),
        next: t("Look whose it is before you press again."),
      }
    : refusal;

function useAgain() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: trpc.duties.pathKey() });
}

/** That it was done, with what shows it. */
function DoDuty({ row, onClose }: Readonly<{ row: Row; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const form = useFields({ note: checks.any });
  const { seen, told } = useSeen({ note: row.note });
  const left = row.left ? leftText(row) : undefined;
  const again = useAgain();
  const done = useMutation(
    useTRPC().duties.done.mutationOptions({
      onSuccess: () => {
        again();
        onClose();
      },
      onError: (error) => {
        told(error);
        form.setProblems(problemsOf(error));
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = form.read(event.currentTarget);
    if (values) done.mutate({ tenantSlug, duty: row.duty, note: values.note, seen });
  }
  return (
    <Dialog onClose={onClose} title={dutyText(row.duty)}>
      <form className="grid gap-4" noValidate onSubmit={submit}>
        <Field
          data-first
          hint={
            left
              ? t("{left}: say why it is done all the same. It goes into the audit trail.", { left })
              : t("What was found, or where it is written. It goes into the audit trail.")
          }
          label={t("What shows it")}
          maxLength={500}
          name="note"
          problem={form.problems.note}
          required={left !== undefined}
        />
        <FormEnd
          busy={done.isPending && t("Saving…")}
          onCancel={onClose}
          refusal={refusalBeside(done.error, form.problems)}
          submit={t("It is done")}
        />
      </form>
    </Dialog>
  );
}
