import { buttonClass } from "@/components/ui/button-class";
import type { TrailFilter } from "@/server/domain/audit/trail.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ tenantSlug: string; filter: TrailFilter }>;

/** What the filter shows, all of it and not only this page, as a file. */
export function AuditFiles({ tenantSlug, filter }: Props) {
  const search = new URLSearchParams(filter as Record<string, string>).toString();
  const link = (format: "csv" | "jsonl", word: string) => (
    <a className={buttonClass()} download href={`/api/audit/${tenantSlug}/${format}${search ? `?${search}` : ""}`}>
      {word}
    </a>
  );
  return (
    <>
      {link("csv", "CSV")}
      {link("jsonl", t("JSON lines"))}
    </>
  );
}
