import type { Metadata } from "next";

import { ApiProvider } from "@/components/api/client";
import { CenteredPage } from "@/components/shell/centered-page";
import { AcceptInvitation } from "@/components/sign-in/accept-invitation";
import { LinkToken } from "@/components/sign-in/link-token";

export const metadata: Metadata = { title: "Your invitation", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <CenteredPage title="Set up your access">
      <ApiProvider>
        <LinkToken of="invitation">
          <AcceptInvitation />
        </LinkToken>
      </ApiProvider>
    </CenteredPage>
  );
}
