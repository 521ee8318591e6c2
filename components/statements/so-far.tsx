"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { periodText } from "@/components/statements/period-text";
import { PreviewSums } from "@/components/statements/preview-sums";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

/** The month that goes on: what its statement would say if it ended now. Nothing until it is known. */
export function SoFar() {
  const { tenantSlug } = useScope();
  const { data } = useQuery(useTRPC().statements.preview.queryOptions({ tenantSlug }));
  if (!data) return null;
  return (
    <Section
      level={2}
      title={t("{month} so far, {currency}", {
        month: periodText({ ...data, kind: "month" }),
        currency: data.currency,
      })}
    >
      <PreviewSums across closing={t("Now")} preview={data} />
    </Section>
  );
}
