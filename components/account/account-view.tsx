"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";

import { AskAgain } from "@/components/account/ask-again";
import { SecondFactor } from "@/components/account/second-factor";
import { Sessions } from "@/components/account/sessions";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { type ShownBrand, Wordmark } from "@/components/shell/wordmark";
import { Button } from "@/components/ui/button";
import { later } from "@/components/ui/later";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { Section } from "@/components/ui/section";
import { Toaster } from "@/components/ui/toaster";
import { OwnLanguage } from "@/components/words/language-choice";
import { t } from "@/server/kernel/words";

const ChangePassword = later(() => import("@/components/account/change-password").then((file) => file.ChangePassword));

type Props = Readonly<{ back: string; required: boolean; brand: ShownBrand | null }>;

/** What keeps my account mine. It belongs to the person, so it stands outside every tenant. */
export function AccountView({ back, required, brand }: Props) {
  const query = useQuery(useTRPC().me.get.queryOptions());
  const [changing, setChanging] = useState(false);
  return (
    <>
      <header className="flex items-center justify-between border-b px-4 py-3 sm:px-6">
        <Wordmark brand={brand} />
        <Link className="text-ink-2 underline" href={back}>
          {t("Back")}
        </Link>
      </header>
      <main className="mx-auto grid w-full max-w-4xl gap-8 px-4 pt-6 pb-16 sm:px-6">
        <QueryView query={query}>
          {({ user }) => (
            <>
              <PageHeader aside={user.email} title={t("Security of my account")} />
              {required && (
                <Notice title={t("Your seat asks for a second factor.")} tone="warn">
                  {t("Set one up here, then go back. If you have one already, sign out and in again with it.")}
                </Notice>
              )}
              <Section level={2} title={t("Language")}>
                <div className="flex min-h-11 flex-wrap items-center justify-between gap-4 border-y py-1">
                  <p className="min-w-0 flex-1 basis-64 text-ink-2">
                    {t("Of the pages that you see and the mails that you get, wherever you are.")}
                  </p>
                  <OwnLanguage labelHidden />
                </div>
              </Section>
              <Section level={2} title={t("Password")}>
                <div className="flex min-h-11 flex-wrap items-center justify-between gap-4 border-y py-1">
                  <p className="min-w-0 flex-1 basis-64 text-ink-2">
                    {t("Changing it ends every other session. You are told by mail.")}
                  </p>
                  <Button onClick={() => setChanging(true)}>{t("Change password…")}</Button>
                </div>
              </Section>
              <Section level={2} title={t("Second factor")}>
                <SecondFactor />
              </Section>
              <Section level={2} title={t("Where you are signed in")}>
                <Sessions />
              </Section>
              {changing && <ChangePassword email={user.email} onClose={() => setChanging(false)} />}
            </>
          )}
        </QueryView>
      </main>
      <Toaster />
      <AskAgain />
    </>
  );
}
