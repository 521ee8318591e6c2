"use client";

import type { ReactNode } from "react";

import { refusalOf } from "@/components/api/refusal";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { t } from "@/server/kernel/words";

type Query<Data> = Readonly<{ data: Data | undefined; error: unknown; isError: boolean; refetch: () => unknown }>;
type Props<Data> = Readonly<{ query: Query<Data>; skeleton?: ReactNode; children: (data: Data) => ReactNode }>;

/** Data when there is any, even when asking again failed; else the reason; else the place held for it. */
export function QueryView<Data>({ query, skeleton, children }: Props<Data>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && (
          <Notice live title={t("What you see may be old.")} tone="warn">
            {t("{problem} The last data stays until the portal answers again.", {
              problem: refusalOf(query.error).title,
            })}
          </Notice>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorState {...refusalOf(query.error)} onRetry={() => void query.refetch()} />;
  return skeleton ?? <Skeleton />;
}
