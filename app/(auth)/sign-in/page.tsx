import type { Metadata } from "next";
import Link from "next/link";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { safePath } from "@/components/sign-in/safe-path";
import { SignInPageForm } from "@/components/sign-in/sign-in-page-form";
import { LanguageLinks } from "@/components/words/language-links";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Sign in") });

type Props = Readonly<{ searchParams: Promise<{ next?: string | string[]; callbackUrl?: string | string[] }> }>;

export default async function SignInPage({ searchParams }: Props) {
  const { next, callbackUrl } = await searchParams;
  const path = safePath(next ?? callbackUrl);
  return (
    <BrandedPage title={t("Sign in")}>
      <ApiProvider>
        <SignInPageForm next={path} />
      </ApiProvider>
      <p className="pt-2">
        <Link className="text-ink-2 underline" href="/forgot" prefetch={false}>
          {t("Forgotten password")}
        </Link>
      </p>
      <p className="text-ink-3">{t("No access yet? Whoever runs your telephones can send you an invitation.")}</p>
      <LanguageLinks back={`/sign-in${path === "/" ? "" : `?next=${encodeURIComponent(path)}`}`} />
    </BrandedPage>
  );
}
