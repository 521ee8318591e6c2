"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { useScope } from "@/components/shell/scope";
import { Section } from "@/components/ui/section";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  incidentId: string;
  target: Readonly<{ ofSlug: string; extension?: string }>;
  /** Whether secrets are to be replaced: the mail says what that means for the phone. */
  replaced: boolean;
}>;

/** The mail that the customer's owners will get, word for word and in their language. */
export function ContainLetter({ incidentId, target, replaced }: Props) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().containment.letter.queryOptions({ tenantSlug, incidentId, ...target }));
  return (
    <Section title={t("The mail to the customer")}>
      <QueryView query={query}>
        {(letter) =>
          letter === null ? (
            <p className="text-ink-2">{t("Nobody is mailed.")}</p>
          ) : (
            <div className="grid gap-2 rounded-md border p-3" dir="auto" lang={letter.language}>
              <p className="font-medium">{letter.subject}</p>
              <p className="break-words whitespace-pre-line text-ink-2">
                {(replaced ? letter.replaced : letter.kept).trimEnd()}
              </p>
            </div>
          )
        }
      </QueryView>
    </Section>
  );
}
