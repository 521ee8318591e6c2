import type { Metadata } from "next";

import { BrandedPage } from "@/app/_server/branded";
import { ApiProvider } from "@/components/api/client";
import { AskReset } from "@/components/sign-in/ask-reset";

export const metadata: Metadata = { title: "Forgotten password" };

export default function ForgotPage() {
  return (
    <BrandedPage title="Choose a new password">
      <ApiProvider>
        <AskReset />
      </ApiProvider>
    </BrandedPage>
  );
}
