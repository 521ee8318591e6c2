"use client";

import { useMutation, useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { Select } from "@/components/ui/select";
import { isLanguage, type Language, languages } from "@/server/kernel/languages";
import { spoken, t } from "@/server/kernel/words";

const choices = Object.entries(languages).map(([value, label]) => ({ value, label }));

/** Draws the page anew in that language: every text of it is another one then. */
const speak = (language: Language) => {
  const { pathname, search } = window.location;
  window.location.assign(`/api/language/${language}?back=${encodeURIComponent(pathname + search)}`);
};

/** For the person who is signed in: pages everywhere, and mails. */
export function OwnLanguage({ labelHidden }: Readonly<{ labelHidden?: boolean }>) {
  const trpc = useTRPC();
  const { data: me } = useQuery(trpc.me.get.queryOptions());
  const keep = useMutation(trpc.me.setLanguage.mutationOptions({ onSuccess: ({ language }) => speak(language) }));
  return (
    <Select
      choices={choices}
      defaultValue={spoken()}
      disabled={!me || keep.isPending}
      label={t("Language")}
      labelHidden={labelHidden ?? false}
      name="language"
      onChange={(event) => isLanguage(event.target.value) && keep.mutate({ language: event.target.value })}
    />
  );
}
