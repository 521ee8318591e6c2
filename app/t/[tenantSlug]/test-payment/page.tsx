import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";

import { api, Loaded, load } from "@/app/_server/load";
import { TestPaymentView } from "@/components/payments/test-payment-view";
import { t } from "@/server/kernel/words";

export const generateMetadata = (): Metadata => ({ title: t("Test payment") });

type Props = Readonly<{
  params: Promise<{ tenantSlug: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}>;

export default async function TestPaymentPage({ params, searchParams }: Props) {
  const { tenantSlug } = await params;
  const asked = z.uuid().safeParse((await searchParams)["payment"]);
  if (!asked.success) notFound();
  const paymentId = asked.data;
  await load((queries) => queries.fetchQuery(api.payments.testPage.queryOptions({ tenantSlug, paymentId })));
  return (
    <Loaded>
      <TestPaymentView paymentId={paymentId} />
    </Loaded>
  );
}
