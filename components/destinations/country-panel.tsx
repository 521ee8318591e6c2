"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import type { Country } from "@/components/destinations/destination-draft";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Panel } from "@/components/ui/panel";
import { Section } from "@/components/ui/section";
import { rich } from "@/components/words/rich";
import type { Reach } from "@/server/domain/destinations/destination.schema";
import { t } from "@/server/kernel/words";

/** Who called a country lately, and which of its ranges fraud is fond of. */
export function CountryPanel({ item, reach, onClose }: Readonly<{ item: Country; reach: Reach; onClose: () => void }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().destinations.describe.queryOptions({ tenantSlug, country: item.country, reach }));
  return (
    <Panel onClose={onClose} subject={item.country} title={item.name}>
      <QueryView query={query}>
        {({ callers, ranges }) => (
          <div className="grid gap-6">
            <Section title={t("Who called there in 90 days")}>
              {callers.length === 0 && <p className="text-ink-2">{t("Nobody.")}</p>}
              <ul>
                {callers.map((one) => (
                  <li className="flex flex-wrap items-baseline gap-x-3 border-b py-2" key={one.who}>
                    <span className="font-medium">{one.who || t("A phone that is gone")}</span>
                    <span className="figures ms-auto">
                      {t("{calls, plural, one {# call} other {# calls}}", { calls: one.calls })}
                    </span>
                    <span className="w-full text-ink-2">
                      {[
                        one.special > 0 && t("{count} to special numbers", { count: one.special }),
                        one.fraud > 0 && t("{count} to fraud-prone ranges", { count: one.fraud }),
                        one.refused > 0 && t("{count} refused", { count: one.refused }),
                      ]
                        .filter(Boolean)
                        .map((text) => `${text} · `)}
                      {rich("last {at}", { at: <Moment at={one.lastAt} /> })}
                    </span>
                  </li>
                ))}
              </ul>
            </Section>
            <Section title={t("Fraud-prone ranges")}>
              {ranges.length === 0 && <p className="text-ink-2">{t("None is known.")}</p>}
              <ul>
                {ranges.map(({ prefix, reason }) => (
                  <li className="grid gap-0.5 border-b py-2" key={prefix}>
                    <code className="font-medium">
                      <bdi dir="ltr">+{prefix}…</bdi>
                    </code>
                    <span className="text-ink-2">{reason}.</span>
                  </li>
                ))}
              </ul>
            </Section>
          </div>
        )}
      </QueryView>
    </Panel>
  );
}
