"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import type { Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { doneText, eventText, noticeText, noticeWords, seenText, whatToDo } from "@/components/incidents/notice-words";
import { Moment } from "@/components/shell/moment";
import { portalPath } from "@/components/shell/portal-path";
import { useScope } from "@/components/shell/scope";
import { Empty } from "@/components/ui/empty";
import { PageHeader } from "@/components/ui/page-header";
import { rich } from "@/components/words/rich";
import { say, t } from "@/server/kernel/words";

type Notice = Outputs["notices"]["list"][number];

/** What a customer is told of incidents that touch its phones: what was seen, what was done, what is to do. */
export function NoticesView() {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().notices.list.queryOptions({ tenantSlug }));
  return (
    <>
      <PageHeader title={t("Notices")} />
      <p className="max-w-prose pb-3 text-ink-2">
        {t(
          "When somebody attacks your phones, your provider sees it and acts. Here is what was seen and done, and what you can do yourself. A stopped phone still dials emergency numbers; one whose secret was changed does so only with its new secret.",
        )}
      </p>
      <QueryView query={query}>
        {(notices) =>
          notices.length === 0 ? (
            <Empty title={t("Nothing was seen at your phones.")}>
              {t("Your provider writes here when that changes.")}
            </Empty>
          ) : (
            <ul className="grid max-w-3xl gap-3">
              {notices.map((notice) => (
                <OneNotice key={`${notice.number} ${notice.tenantSlug}`} notice={notice} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </>
  );
}

const inks = { open: "text-warn", stopped: "text-info", over: "text-ok" } as const;

function OneNotice({ notice }: Readonly<{ notice: Notice }>) {
  const { tenantSlug } = useScope();
  const todo = whatToDo(notice);
  return (
    <li className="grid gap-2 rounded-md border bg-surface p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-medium">{noticeText(notice)}</h2>
        <span className={`font-medium ${inks[notice.state]}`}>{say(noticeWords[notice.state])}</span>
      </div>
      <p className="text-ink-2">
        {notice.tenantSlug !== tenantSlug && `${notice.tenantName}. `}
        {rich("First seen {first}, last {last}. Number {number}, if you ask about it.", {
          first: <Moment at={notice.firstAt} full />,
          last: <Moment at={notice.lastAt} full />,
          number: notice.number,
        })}{" "}
        {seenText(notice)}
      </p>
      {notice.stopped && <p className="font-medium">{t("All calls are stopped for now.")}</p>}
      <ul className="grid">
        {notice.extensions.map((extension) => (
          <li className="flex flex-wrap items-baseline justify-between gap-x-4 border-t py-1" key={extension.number}>
            <span className="min-w-0 break-words">
              {extension.deleted ? t("A deleted extension") : `${extension.number} ${extension.name}`}
            </span>
            <span className="text-ink-2">{doneText(extension)}</span>
          </li>
        ))}
      </ul>
      <History notice={notice} />
      {todo !== "" && (
        <p>
          <span className="font-medium">{t("What you can do:")}</span> {todo}{" "}
          <Link className="underline" href={portalPath(`/${notice.tenantSlug}/extensions`)}>
            {t("Extensions")}
          </Link>
        </p>
      )}
    </li>
  );
}

/** What was done, the oldest first, with what the desk wrote. */
function History({ notice: { history, company } }: Readonly<{ notice: Notice }>) {
  return (
    <ol className="grid gap-1 border-t pt-2">
      {history.map((event) => (
        <li
          className="grid gap-x-3 sm:grid-cols-[auto_1fr]"
          key={`${event.what} ${event.at.getTime()} ${"phone" in event ? event.phone : ""}`}
        >
          <span className="text-ink-3">
            <Moment at={event.at} full />
          </span>
          <div className="min-w-0 break-words">
            {eventText(event, company)}
            {event.what === "told" && <p className="border-s-2 ps-3 whitespace-pre-line">{event.text}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
