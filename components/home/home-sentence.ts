import { t } from "@/server/kernel/words";

type Facts = Readonly<{ phones: Readonly<{ online: number; total: number }>; attention: number; liveCalls: number }>;

function phonesSentence({ online, total }: Facts["phones"]): string {
  if (total === 1) return online === 1 ? t("The phone is connected") : t("The phone is not connected");
  if (online === total) return t("All {total} phones are connected", { total });
  return online === 0
    ? t("None of {total} phones is connected", { total })
    : t("{online} of {total} phones connected", { online, total });
}

/** The state of the tenant in one sentence: what needs a person first, then the phones, then the calls. */
export function homeSentence({ phones, attention, liveCalls }: Facts): string {
  if (phones.total === 0) return t("No extension yet. Make the first one and connect a phone.");
  const online = phonesSentence(phones);
  const state =
    liveCalls > 0
      ? t("{phones}, {calls, plural, one {# call} other {# calls}} in progress.", { phones: online, calls: liveCalls })
      : t("{phones}.", { phones: online });
  if (attention === 0) return state;
  return t("{things, plural, one {One thing needs you} other {# things need you}}. {state}", {
    things: attention,
    state,
  });
}
