import type { Metadata } from "next";

import { ApiProvider } from "@/components/api/client";
import { CenteredPage } from "@/components/shell/centered-page";
import { Invitation } from "@/components/sign-in/invitation";

export const metadata: Metadata = { title: "Your invitation", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <CenteredPage title="Set up your access">
      <ApiProvider>
        <Invitation />
      </ApiProvider>
    </CenteredPage>
  );
}
