"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentReview } from "@/components/api/outputs";
import { refusalOf } from "@/components/api/refusal";
import { FollowUpFields } from "@/components/incidents/follow-up-fields";
import { partText } from "@/components/incidents/review-words";
import { type DraftState, useReviewDraft } from "@/components/incidents/use-review-draft";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { type Message, msg, say, t } from "@/server/kernel/words";

const hints = {
  cause: msg("How it came about, and why nothing stopped it before."),
  worked: msg("What was noticed and done in time. It begins with what was done."),
  changes: msg("What is different from now on, so that it does not come again."),
} as const satisfies Record<string, Message>;

/** Where a review is written; it can be put away as a draft at any time, and is finished when its incident was resolved. */
export function ReviewForm({ review }: Readonly<{ review: IncidentReview }>) {
  const { tenantSlug } = useScope();
  const owners = useQuery(useTRPC().incidents.owners.queryOptions({ tenantSlug }));
  const { draft, put, problems, state, save, finish, takeTheirs, error } = useReviewDraft(review);
  const known = (owners.data ?? []).map(({ id, name }) => ({ value: id as string, label: name }));
  // Whoever left since keeps what is theirs.
  const gone = review.followUps.filter(({ ownerId }) => ownerId && !known.some(({ value }) => value === ownerId));
  const people = [
    ...known,
    ...gone.map(({ ownerId, ownerName }) => ({ value: ownerId ?? "", label: ownerName ?? "" })),
  ];

  function submit(event: FormEvent) {
    event.preventDefault();
    save();
  }

  return (
    <form className="grid content-start gap-4" noValidate onSubmit={submit}>
      {state === "theirs" && (
        <Notice
          action={<Button onClick={takeTheirs}>{t("Take what is there")}</Button>}
          live
          title={t("Somebody else saved this review meanwhile.")}
          tone="warn"
        >
          {t("Copy what you want to keep of yours, then take what is there.")}
        </Notice>
      )}
      {(["cause", "worked", "changes"] as const).map((part) => (
        <TextPart
          hint={say(hints[part])}
          key={part}
          label={partText(part)}
          name={part}
          onChange={(text) => put({ [part]: text })}
          problem={problems[part]}
          value={draft[part]}
        />
      ))}
      <FollowUpFields
        onChange={(followUps) => put({ followUps })}
        people={people}
        problem={problems.followUps}
        rows={draft.followUps}
      />
      {error && <ErrorState {...refusalOf(error)} />}
      <End finish={finish} resolved={review.state === "resolved"} state={state} />
    </form>
  );
}

type EndProps = Readonly<{ state: DraftState; resolved: boolean; finish: () => void }>;

function End({ state, resolved, finish }: EndProps) {
  return (
    <div className="grid gap-1">
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p aria-live="polite" className="me-auto text-ink-3">
          {state === "changed" ? t("Not saved yet.") : state === "saved" ? t("Saved.") : ""}
        </p>
        <Button busy={state === "saving" && t("Saving…")} type="submit">
          {t("Save the draft")}
        </Button>
        {resolved && (
          <Button busy={state === "finishing" && t("Finishing…")} look="primary" onClick={finish}>
            {t("Finish the review")}
          </Button>
        )}
      </div>
      {!resolved && <p className="text-end text-ink-3">{t("It can be finished when the incident is resolved.")}</p>}
    </div>
  );
}

type TextProps = Readonly<{
  name: string;
  label: string;
  hint: string;
  problem: string | undefined;
  value: string;
  onChange: (text: string) => void;
}>;

function TextPart({ name, label, hint, problem, value, onChange }: TextProps) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label className="font-medium" htmlFor={id}>
        {label}
      </label>
      <textarea
        aria-describedby={problem ? `${id}-hint ${id}-problem` : `${id}-hint`}
        aria-invalid={problem ? true : undefined}
        className="control min-h-24 py-1.5"
        id={id}
        maxLength={8_000}
        name={name}
        onChange={(event) => onChange(event.target.value)}
        rows={Math.min(16, Math.max(4, value.split("\n").length + 1))}
        value={value}
      />
      <p className="text-xs text-ink-3" id={`${id}-hint`}>
        {hint}
      </p>
      {problem && (
        <p className="text-xs text-bad" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}
