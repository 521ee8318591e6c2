import type { Metadata } from "next";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { AcceptInvitation } from "@/components/sign-in/accept-invitation";
import { LinkToken } from "@/components/sign-in/link-token";

export const metadata: Metadata = { title: "Your invitation", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <BrandedPage title="Set up your access">
      <ApiProvider>
        <LinkToken of="invitation">
          <AcceptInvitation />
        </LinkToken>
      </ApiProvider>
    </BrandedPage>
  );
}
