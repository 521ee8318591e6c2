import { redirect } from "next/navigation";
import { BrandedPage } from "@/app/_server/branded";
import { api, load } from "@/app/_server/load";
import { t } from "@/server/kernel/words";

/** Leads to the first tenant the person has a seat on; signed out, to the sign-in. */
export default async function RootPage() {
  const me = await load((queries) => queries.fetchQuery(api.me.get.queryOptions()));
  const first = me.seats[0];
  if (first) redirect(`/t/${first.tenantSlug}`);
  return (
    <BrandedPage title={t("You have no seat anywhere")}>
      <p className="text-md text-ink-2">
        {t(
          "{email} is known, but no tenant has a seat for you, or yours was revoked. Ask the owner of your tenant for an invitation.",
          { email: me.user.email },
        )}
      </p>
    </BrandedPage>
  );
}
