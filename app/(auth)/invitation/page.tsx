import type { Metadata } from "next";

import { CenteredPage } from "@/components/shell/centered-page";
import { Invitation } from "@/components/sign-in/invitation";

export const metadata: Metadata = { title: "Your invitation", referrer: "no-referrer" };

export default function InvitationPage() {
  return (
    <CenteredPage title="Set up your access">
      <Invitation />
    </CenteredPage>
  );
}
