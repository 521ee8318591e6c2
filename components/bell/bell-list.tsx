"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useRef } from "react";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { bellWords, unreadOf } from "@/components/bell/bell-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { cx } from "@/components/ui/cx";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ bell: Outputs["bell"]["get"]; onGo: () => void }>;

/** The newest first, each a link to the thing. Opening the list reads it; what was new stays marked until it is closed. */
export function BellList({ bell, onGo }: Props) {
  const { tenantSlug, hrefOf } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const before = useRef(bell.readAt);
  const { mutate } = useMutation(
    trpc.bell.read.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.bell.pathKey() }),
    }),
  );
  const unread = unreadOf(bell.items, bell.readAt) > 0;
  useEffect(() => {
    if (unread) mutate({ tenantSlug });
  }, [unread, mutate, tenantSlug]);
  return (
    <ul aria-label={t("What happened")} className="grid">
      {bell.items.map(({ key, at, ...item }) => {
        const { title, page } = bellWords(item);
        const fresh = before.current !== null && at > before.current;
        return (
          <li className="border-b last:border-0" key={key}>
            <Link
              className="flex items-baseline gap-3 rounded-md px-2 py-2 hover:bg-sunken"
              href={hrefOf(page)}
              onClick={onGo}
              prefetch={false}
            >
              <span
                aria-hidden="true"
                className={cx("size-1.5 shrink-0 self-center rounded-full", fresh ? "bg-accent" : "bg-line")}
              />
              <span className="min-w-0 flex-1 break-words" dir="auto">
                {title}
                {fresh && <span className="sr-only"> {t("(new)")}</span>}
              </span>
              <span className="text-xs text-ink-3">
                <Moment at={at} />
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
