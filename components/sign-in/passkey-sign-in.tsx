"use client";

import { useMutation } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { hasPasskeys, passkeyRefusal, showPasskey } from "@/components/account/passkey";
import { useTRPC } from "@/components/api/client";
import { type Refusal, refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { t } from "@/server/kernel/words";

const never = () => () => {};

type Props = Readonly<{
  /** @returns what the sign-in answered; undefined when it let the person in. */
  onShown: (passkey: string) => Promise<Refusal | undefined>;
  onRefused: (refusal: Refusal) => void;
}>;

/** The way in without a password, and the second step for whoever has a passkey. */
export function PasskeySignIn({ onShown, onRefused }: Props) {
  const here = useSyncExternalStore(never, hasPasskeys, () => false);
  const ask = useMutation(useTRPC().passkeys.askSignIn.mutationOptions());
  const show = useMutation({
    mutationFn: async () => onShown(JSON.stringify(await showPasskey(await ask.mutateAsync()))),
    onSuccess: (refusal) => refusal && onRefused(refusal),
    onError: (error) => onRefused(passkeyRefusal(error) ?? refusalOf(error)),
  });
  if (!here) return null;
  return (
    <Button busy={show.isPending && t("Waiting for your device…")} onClick={() => show.mutate()}>
      {t("Sign in with a passkey")}
    </Button>
  );
}
