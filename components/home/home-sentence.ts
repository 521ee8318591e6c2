type Facts = Readonly<{ phones: Readonly<{ online: number; total: number }>; attention: number; liveCalls: number }>;

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value === 0 ? "no" : value} ${value === 1 ? one : many}`;

function phonesSentence({ online, total }: Facts["phones"]): string {
  if (total === 1) return online === 1 ? "The phone is connected" : "The phone is not connected";
  if (online === total) return `All ${total} phones are connected`;
  return online === 0 ? `None of ${total} phones is connected` : `${online} of ${total} phones connected`;
}

/** The state of the tenant in one sentence: what needs a person first, then the phones, then the calls. */
export function homeSentence({ phones, attention, liveCalls }: Facts): string {
  const calls = liveCalls > 0 ? `, ${count(liveCalls, "call")} in progress` : "";
  if (phones.total === 0) return "No extension yet. Make the first one and connect a phone.";
  const online = phonesSentence(phones);
  if (attention === 0) return `${online}${calls}.`;
  const things = attention === 1 ? "One thing needs you" : `${attention} things need you`;
  return `${things}. ${online}${calls}.`;
}
