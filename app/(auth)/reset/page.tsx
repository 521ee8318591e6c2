import type { Metadata } from "next";

import { ApiProvider } from "@/components/api/client";
import { CenteredPage } from "@/components/shell/centered-page";
import { LinkToken } from "@/components/sign-in/link-token";
import { ResetPassword } from "@/components/sign-in/reset-password";

export const metadata: Metadata = { title: "New password", referrer: "no-referrer" };

export default function ResetPage() {
  return (
    <CenteredPage title="Choose a new password">
      <ApiProvider>
        <LinkToken of="mail">
          <ResetPassword />
        </LinkToken>
      </ApiProvider>
    </CenteredPage>
  );
}
