import type { Outputs } from "@/components/api/outputs";
import { deviceText } from "@/components/extensions/device-text";
import { flapping, historyWords } from "@/components/extensions/history-words";
import { Moment } from "@/components/shell/moment";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { say, t } from "@/server/kernel/words";

type Props = Readonly<{ history: Outputs["extensions"]["get"]["history"] }>;

/** When the extension's phones came and went. Nothing where none ever did. */
export function History({ history }: Props) {
  if (history.length === 0) return null;
  const drops = flapping(history);
  return (
    <Section title={t("Registrations")}>
      {drops > 0 && (
        <Notice
          title={t("Unstable: {drops, plural, one {# drop} other {# drops}} within an hour.", { drops })}
          tone="warn"
        >
          {t(
            "A router that forgets connections too early does that. Set the phone to register every minute, or to TCP.",
          )}
        </Notice>
      )}
      <ol className="grid max-h-72 overflow-y-auto">
        {history.map((event) => (
          <li
            className="flex min-h-8 flex-wrap items-center gap-x-3 border-b py-1"
            key={`${event.at.getTime()}-${event.kind}-${event.address}`}
          >
            <span className="min-w-0 flex-1">
              {say(historyWords[event.kind])}
              <span className="text-ink-3">
                {" "}
                <bdi>
                  {deviceText(event.userAgent)}, {event.transport}
                </bdi>
              </span>
            </span>
            {event.address && <code className="text-xs text-ink-2">{event.address}</code>}
            <Moment at={event.at} />
          </li>
        ))}
      </ol>
    </Section>
  );
}
