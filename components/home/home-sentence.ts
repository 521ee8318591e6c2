type Facts = Readonly<{ phones: Readonly<{ online: number; total: number }>; attention: number; liveCalls: number }>;

const count = (value: number, one: string, many = `${one}s`): string =>
  `${value === 0 ? "no" : value} ${value === 1 ? one : many}`;

/** The state of the tenant in one sentence: what needs a person first, then the phones, then the calls. */
export function homeSentence({ phones, attention, liveCalls }: Facts): string {
  const calls = liveCalls > 0 ? `, ${count(liveCalls, "call")} in progress` : "";
  if (phones.total === 0) return "No extension yet. Make the first one and connect a phone.";
  const online =
    phones.online === phones.total
      ? phones.total === 1
        ? "The phone is connected"
        : `All ${phones.total} phones are connected`
      : `${phones.online} of ${phones.total} phones connected`;
  if (attention === 0) return `${online}${calls}.`;
  const things = attention === 1 ? "One thing needs you" : `${attention} things need you`;
  return `${things}. ${online}${calls}.`;
}
