import { Skeleton } from "@/components/ui/skeleton";
import { t } from "@/server/kernel/words";

export default function Loading() {
  return <Skeleton className="pt-10" label={t("Loading the page")} rows={10} />;
}
