import type { Metadata } from "next";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { AcceptInvitation } from "@/components/sign-in/accept-invitation";
import { LinkToken } from "@/components/sign-in/link-token";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Your invitation"), referrer: "no-referrer" });

export default function InvitationPage() {
  return (
    <BrandedPage title={t("Set up your access")}>
      <ApiProvider>
        <LinkToken of="invitation">
          <AcceptInvitation />
        </LinkToken>
      </ApiProvider>
    </BrandedPage>
  );
}
