import type { Metadata } from "next";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { LinkToken } from "@/components/sign-in/link-token";
import { ResetPassword } from "@/components/sign-in/reset-password";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("New password"), referrer: "no-referrer" });

export default function ResetPage() {
  return (
    <BrandedPage title={t("Choose a new password")}>
      <ApiProvider>
        <LinkToken of="mail">
          <ResetPassword />
        </LinkToken>
      </ApiProvider>
    </BrandedPage>
  );
}
