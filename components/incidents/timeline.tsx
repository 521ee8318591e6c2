"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { createContext, useContext, useEffect, useMemo, useRef } from "react";

import { useTRPC } from "@/components/api/client";
import type { IncidentDetail } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { FactChip } from "@/components/blocks/fact-chip";
import { lineText } from "@/components/incidents/incident-words";
import { linksOf } from "@/components/incidents/subject-links";
import { burstsOf } from "@/components/incidents/timeline-bursts";
import { factsReader } from "@/components/incidents/timeline-facts";
import { groupWords } from "@/components/incidents/timeline-words";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Icon } from "@/components/ui/icon";
import { Pages } from "@/components/ui/pages";
import { withParam } from "@/components/ui/search-params";
import { Select } from "@/components/ui/select";
import { groupOf, lineGroups } from "@/server/domain/incidents/timeline-kinds.schema";
import { say, t } from "@/server/kernel/words";

type Lines = IncidentDetail["timeline"];
type Line = Lines["lines"][number];

/** What the address says of the timeline: which lines, up to which, and the one that is pointed at. */
function useAddress() {
  const params = useSearchParams();
  const number = (name: string) => Number(/^[1-9]\d{0,8}$/.exec(params.get(name) ?? "")?.[0]) || undefined;
  const line = number("line");
  const hrefOf = (changes: Readonly<Record<string, string | undefined>>) => `?${withParam(params, changes)}`;
  return {
    line,
    of: lineGroups.find((group) => group === params.get("lines")),
    before: number("lineBefore") ?? (line === undefined ? undefined : line + 1),
    hrefOf,
    go: (changes: Readonly<Record<string, string | undefined>>) =>
      window.history.replaceState(null, "", hrefOf({ line: undefined, ...changes })),
  };
}

type Reading = Readonly<{ incident: IncidentDetail; read: ReturnType<typeof factsReader> }>;
const ReadingContext = createContext<Reading | undefined>(undefined);

/** What happened, oldest first; the newest 200 of it unless older ones are asked for. */
export function Timeline({ incident }: Readonly<{ incident: IncidentDetail }>) {
  const { id: incidentId, subjects, timeline: newest } = incident;
  const { tenantSlug } = useScope();
  const read = useMemo(() => factsReader(subjects), [subjects]);
  const { of, before, go } = useAddress();
  const asked = of !== undefined || before !== undefined;
  const query = useQuery(
    useTRPC().incidents.timeline.queryOptions({ tenantSlug, incidentId, of, before }, { enabled: asked }),
  );
  return (
    <ReadingContext value={{ incident, read }}>
      <div className="max-w-56 pb-1">
        <Select
          choices={[
            { value: "", label: t("All of it") },
            ...lineGroups.map((value) => ({ value, label: say(groupWords[value].word) })),
          ]}
          label={t("Show of the timeline")}
          labelHidden
          name="lines"
          onChange={(event) => go({ lines: event.currentTarget.value, lineBefore: undefined })}
          value={of ?? ""}
        />
      </div>
      {asked ? <QueryView query={query}>{(found) => <Page found={found} />}</QueryView> : <Page found={newest} />}
    </ReadingContext>
  );
}

function Page({ found: { lines, older } }: Readonly<{ found: Lines }>) {
  const { before, go } = useAddress();
  const [oldest] = lines;
  const count = t("{count, plural, one {# line} other {# lines}}", { count: lines.length });
  return (
    <>
      {lines.length === 0 && <p className="text-ink-3">{t("Nothing of that kind.")}</p>}
      <ol className="grid">
        {burstsOf(lines).map(({ first, more }) => (
          <li className="border-b py-2" key={first.seq}>
            <OneLine line={first} />
            {more.length > 0 && <More lines={more} />}
          </li>
        ))}
      </ol>
      {(older || before !== undefined) && (
        <Pages
          counted={count}
          onNewest={before === undefined ? undefined : () => go({ lineBefore: undefined })}
          order={t(", oldest first")}
          onOlder={older && oldest ? () => go({ lineBefore: String(oldest.seq) }) : undefined}
        />
      )}
    </>
  );
}

/** What repeats: open when one of it is pointed at. */
function More({ lines }: Readonly<{ lines: readonly Line[] }>) {
  const { line: pointed } = useAddress();
  return (
    <details className="ps-6" open={lines.some(({ seq }) => seq === pointed) || undefined}>
      <summary className="min-h-6 cursor-pointer text-ink-3">
        {t("{count, plural, one {# more} other {# more}}", { count: lines.length })}
      </summary>
      <ol className="grid gap-1">
        {lines.map((line) => (
          <li key={line.seq}>
            <OneLine line={line} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function OneLine({ line }: Readonly<{ line: Line }>) {
  const { line: pointed, hrefOf } = useAddress();
  const mine = pointed === line.seq;
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (mine) ref.current?.scrollIntoView({ block: "center" });
  }, [mine]);
  return (
    <div aria-current={mine || undefined} className={mine ? "bg-sunken" : undefined} ref={ref}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="flex min-w-0 items-baseline gap-2">
          <Icon className="translate-y-0.5 text-ink-3" name={groupWords[groupOf(line.kind)].icon} />
          <span className="min-w-0 break-words">
            <span className="font-medium">{line.actor}</span>{" "}
            <span className="text-ink-2">
              <Said text={lineText(line)} />
            </span>
          </span>
        </span>
        {/* Only the address: the link is what can be copied, and opening it points at the line. */}
        <a className="text-ink-3 hover:underline" href={hrefOf({ line: String(line.seq), lineBefore: undefined })}>
          <Moment at={line.at} />
        </a>
      </div>
      {line.body && (
        <div className="ps-6 break-words whitespace-pre-wrap">
          {/* Commands are copied: they stay text. */}
          {line.kind === "contain_failed" ? line.body : <Said text={line.body} />}
        </div>
      )}
    </div>
  );
}

/** Words with what they name of the incident as chips, whose menus are those of the room. */
function Said({ text }: Readonly<{ text: string }>) {
  const { tenantSlug } = useScope();
  const reading = useContext(ReadingContext);
  if (!reading) return text;
  const { incident, read } = reading;
  const reason = t("Incident {number}", { number: incident.number });
  return read(text).map(({ at, text: words, subject }) =>
    subject ? (
      <FactChip
        key={at}
        kind={subject.kind}
        links={linksOf(subject, incident, tenantSlug)}
        reason={reason}
        value={subject.value}
      />
    ) : (
      <span key={at}>{words}</span>
    ),
  );
}
