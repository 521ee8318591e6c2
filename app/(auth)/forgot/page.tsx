import type { Metadata } from "next";

import { ApiProvider } from "@/components/api/client";
import { CenteredPage } from "@/components/shell/centered-page";
import { AskReset } from "@/components/sign-in/ask-reset";

export const metadata: Metadata = { title: "Forgotten password" };

export default function ForgotPage() {
  return (
    <CenteredPage title="Choose a new password">
      <ApiProvider>
        <AskReset />
      </ApiProvider>
    </CenteredPage>
  );
}
