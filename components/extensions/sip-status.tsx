import type { ExtensionRow } from "@/components/api/outputs";
import { Moment } from "@/components/shell/moment";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

type Props = Readonly<{ extension: Pick<ExtensionRow, "state" | "registration" | "lastSeenAt" | "stoppedAt"> }>;

const shapes = {
  on: <circle cx="6" cy="6" fill="currentColor" r="5" />,
  off: <circle cx="6" cy="6" fill="none" r="4.25" stroke="currentColor" strokeWidth="1.5" />,
  barred: (
    <path
      d="M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5zM3 9l6-6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
};

/** Whether a phone is there: a shape and a word, never a colour alone. */
export function SipStatus({ extension }: Props) {
  const { state, registration, lastSeenAt, stoppedAt } = extension;
  const { shape, ink, word } =
    state === "suspended"
      ? { shape: shapes.barred, ink: "text-bad", word: t("Suspended") }
      : stoppedAt
        ? { shape: shapes.barred, ink: "text-bad", word: t("Under incident") }
        : registration
          ? { shape: shapes.on, ink: "text-ok", word: t("Registered") }
          : { shape: shapes.off, ink: "text-ink-2", word: lastSeenAt ? t("Offline") : t("Never connected") };
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap ${ink}`}>
      <svg aria-hidden="true" className="size-3 shrink-0" viewBox="0 0 12 12">
        {shape}
      </svg>
      <span className="font-medium">{word}</span>
      {state === "active" && !stoppedAt && !registration && lastSeenAt && (
        <span className="text-ink-3">{rich("since {since}", { since: <Moment at={lastSeenAt} /> })}</span>
      )}
    </span>
  );
}
