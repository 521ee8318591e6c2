import Link from "next/link";

import { searchOf } from "@/components/exports/export-address";
import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import type { ExportKind } from "@/server/domain/exports/export.schema";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  list: ExportKind;
  filter: Readonly<Record<string, unknown>>;
}>;

/** Leads to the form for a file of this list with the filter it has now: all of it, not only the page that is shown. */
export function ExportLink({ list, filter }: Props) {
  const { tenantSlug, can } = useScope();
  if (!can("exports.write")) return null;
  return (
    <Link
      className={buttonClass()}
      data-shortcut="e"
      href={`/t/${tenantSlug}/exports?${searchOf(list, filter)}`}
      prefetch={false}
    >
      {t("Export")}
    </Link>
  );
}
