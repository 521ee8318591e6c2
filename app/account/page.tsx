import type { Metadata } from "next";

import { Branded, pageBrand } from "@/app/_server/branded";
import { api, Loaded, load } from "@/app/_server/load";
import { speakAs } from "@/app/_server/words";
import { AccountView } from "@/components/account/account-view";
import { ApiProvider } from "@/components/api/client";
import { safePath } from "@/components/sign-in/safe-path";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Security of my account") });

type Props = Readonly<{ searchParams: Promise<{ back?: string | string[]; required?: string }> }>;

export default async function AccountPage({ searchParams }: Props) {
  const { back, required } = await searchParams;
  const brand = await pageBrand();
  const [me] = await load((queries) =>
    Promise.all([
      queries.fetchQuery(api.me.get.queryOptions()),
      queries.fetchQuery(api.sessions.list.queryOptions()),
      queries.fetchQuery(api.security.get.queryOptions()),
    ]),
  );
  await speakAs(me.user.language);
  return (
    <ApiProvider>
      <Loaded>
        <Branded colour={brand?.colour}>
          <AccountView back={safePath(back)} brand={brand} required={required !== undefined} />
        </Branded>
      </Loaded>
    </ApiProvider>
  );
}
