import type { Metadata } from "next";
import Link from "next/link";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { safePath } from "@/components/sign-in/safe-path";
import { SignInPageForm } from "@/components/sign-in/sign-in-page-form";

export const metadata: Metadata = { title: "Sign in" };

type Props = Readonly<{ searchParams: Promise<{ next?: string | string[]; callbackUrl?: string | string[] }> }>;

export default async function SignInPage({ searchParams }: Props) {
  const { next, callbackUrl } = await searchParams;
  return (
    <BrandedPage title="Sign in">
      <ApiProvider>
        <SignInPageForm next={safePath(next ?? callbackUrl)} />
      </ApiProvider>
      <p className="pt-2">
        <Link className="text-ink-2 underline" href="/forgot" prefetch={false}>
          Forgotten password
        </Link>
      </p>
      <p className="text-ink-3">No access yet? Whoever runs your telephones can send you an invitation.</p>
    </BrandedPage>
  );
}
