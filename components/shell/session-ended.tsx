"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useTRPC, useTRPCClient } from "@/components/api/client";
import { sessionState } from "@/components/api/session-state";
import { SignInForm } from "@/components/sign-in/sign-in-form";
import { Dialog } from "@/components/ui/dialog";
import { t } from "@/server/kernel/words";

/** Asks again who this is: the page goes on for the person whose page it is, and for nobody else. */
function useRenewal() {
  const queries = useQueryClient();
  const me = useTRPC().me.get.queryKey();
  const client = useTRPCClient();
  const before = queries.getQueryData<{ user: { id: string; email: string } }>(me)?.user;

  const look = async () => {
    const now = await client.me.get.query().catch(() => undefined);
    if (!now) return;
    // What stands on the page was somebody else's to see.
    if (before && now.user.id !== before.id) return window.location.assign("/");
    sessionState.renewed();
    void queries.invalidateQueries();
  };
  return { look, email: before?.email };
}

/** Asks to sign in again over the page, so that a half-written form is still there afterwards. */
export function SessionEnded() {
  const { look, email } = useRenewal();
  // Whoever signed in again in another tab need not do it here too.
  useEffect(() => {
    const back = () => void (document.visibilityState === "visible" && look());
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  });
  return (
    <Dialog onClose={sessionState.renewed} title={t("Your session has ended")}>
      <p className="pb-4 text-ink-2">
        {t(
          "Sign in again. The page behind this keeps what you typed. Somebody else who signs in here begins with a page of their own.",
        )}
      </p>
      <SignInForm {...(email ? { email } : {})} onSignedIn={() => void look()} />
    </Dialog>
  );
}
