"use client";

import { useEffect, useRef, useState } from "react";

import type { IncidentReview } from "@/components/api/outputs";
import {
  askedOf,
  heldOf,
  metBy,
  problemsOfDraft,
  type ReviewDraft,
  type ReviewProblems,
  savedAs,
  writtenOf,
} from "@/components/incidents/review-draft";
import { useReview } from "@/components/incidents/use-review";
import { useScope } from "@/components/shell/scope";

export type DraftState = "untouched" | "changed" | "saving" | "saved" | "finishing" | "theirs";

const nothing: ReviewProblems = {};

/** What is typed into a review, and what became of it. It is saved when it is asked for, and when one goes to another page. */
export function useReviewDraft(review: IncidentReview) {
  const { tenantSlug, timeZone } = useScope();
  const { incidentId } = review;
  const { save, finish } = useReview();
  const [kept, setHeld] = useState(() => heldOf(review, timeZone));
  const [problems, setProblems] = useState(nothing);
  const held = save.isPending ? kept : metBy(kept, review, timeZone);
  if (held !== kept) setHeld(held);
  const { draft, version, changed } = held;

  const send = async (): Promise<void> => {
    const sent = writtenOf(draft.followUps);
    setHeld((now) => ({ ...now, changed: false }));
    try {
      const done = await save.mutateAsync({ tenantSlug, ...askedOf(draft, incidentId, version) });
      setHeld((now) => ({ ...now, version: done.version, draft: savedAs(now.draft, sent, done.followUpIds) }));
    } catch (error) {
      setHeld((now) => ({ ...now, changed: true }));
      throw error;
    }
  };
  const finishIt = async (): Promise<void> => {
    if (changed !== false || version === 0) await send();
    await finish.mutateAsync({ tenantSlug, incidentId, state: "reviewed" });
  };
  useSavedOnLeaving(changed === true, () => save.mutate({ tenantSlug, ...askedOf(draft, incidentId, version) }));

  const theirs = review.version > version && !save.isPending;
  return {
    draft,
    problems,
    state: stateOf({ theirs, changed, saving: save.isPending, finishing: finish.isPending }),
    error: save.error ?? finish.error,
    put: (more: Partial<ReviewDraft>) => {
      setHeld((now) => ({ ...now, draft: { ...now.draft, ...more }, changed: true }));
      setProblems(nothing);
    },
    // What was refused is shown from the mutation.
    save: () => void send().catch(() => undefined),
    finish: () => {
      const found = problemsOfDraft(draft);
      setProblems(found);
      if (Object.keys(found).length === 0) void finishIt().catch(() => undefined);
    },
    takeTheirs: () => {
      setHeld(heldOf(review, timeZone));
      save.reset();
    },
  };
}

type Standing = Readonly<{ theirs: boolean; changed: boolean | undefined; saving: boolean; finishing: boolean }>;

function stateOf({ theirs, changed, saving, finishing }: Standing): DraftState {
  if (theirs) return "theirs";
  if (finishing) return "finishing";
  if (saving) return "saving";
  return changed === undefined ? "untouched" : changed ? "changed" : "saved";
}

/** Saves what is typed when one goes to another page of the portal, and lets the browser ask when its tab is closed. */
function useSavedOnLeaving(unsaved: boolean, save: () => void): void {
  const latest = useRef({ unsaved, save });
  useEffect(() => {
    latest.current = { unsaved, save };
  });
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (latest.current.unsaved) event.preventDefault();
    };
    window.addEventListener("beforeunload", onLeave);
    return () => {
      window.removeEventListener("beforeunload", onLeave);
      if (latest.current.unsaved) latest.current.save();
    };
  }, []);
}
