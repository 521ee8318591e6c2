import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ sold: boolean; onClear: (() => void) | undefined }>;

/** What stands where there is no statement, and why. */
export function NoStatements({ sold, onClear }: Props) {
  if (onClear)
    return (
      <Empty action={<Button onClick={onClear}>{t("Clear the filter")}</Button>} title={t("No statement like that.")} />
    );
  return (
    <Empty title={t("There is no statement yet.")}>
      {sold
        ? t("Each customer whose wallet moved gets one, an hour after its month has ended. They are listed here.")
        : t("One is made by itself, an hour after each month has ended. New statement makes one of other days.")}
    </Empty>
  );
}
