"use client";

import { useQueryClient } from "@tanstack/react-query";

import { sessionState } from "@/components/api/session-state";
import { SignInForm } from "@/components/sign-in/sign-in-form";
import { Dialog } from "@/components/ui/dialog";

/** Asks to sign in again over the page, so that a half-written form is still there afterwards. */
export function SessionEnded() {
  const queries = useQueryClient();
  const renewed = () => {
    sessionState.renewed();
    void queries.invalidateQueries();
  };
  return (
    <Dialog onClose={sessionState.renewed} title="Your session has ended">
      <p className="pb-4 text-ink-2">Sign in again. The page behind this keeps what you typed.</p>
      <SignInForm onSignedIn={renewed} />
    </Dialog>
  );
}
