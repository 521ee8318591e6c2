import type { Metadata } from "next";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { AskReset } from "@/components/sign-in/ask-reset";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Forgotten password") });

export default function ForgotPage() {
  return (
    <BrandedPage title={t("Choose a new password")}>
      <ApiProvider>
        <AskReset />
      </ApiProvider>
    </BrandedPage>
  );
}
