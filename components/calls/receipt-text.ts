import { exactMoneyText, moneyText, rateDecimals } from "@/components/billing/money-text";
import { numberFormat } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

export type Receipt = Readonly<{
  prefix: string;
  planName: string;
  perMinuteMicros: bigint;
  connectionFeeMicros: bigint;
  firstSeconds: number;
  nextSeconds: number;
  graceSeconds: number;
  talkMs: number;
  seconds: number;
  billedSeconds: number;
  costMicros: bigint;
  taxMicros: bigint;
  /** False when more than price, fee and increments decided: then the steps tell it all. */
  plain: boolean;
  steps: readonly Readonly<{ label: string; value: string }>[];
}>;

const tenths = (value: number): string =>
  numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false }).format(value);

/** The lines of a receipt, the same on screen and on paper. */
export function receiptLines(receipt: Receipt, currency: string): readonly { label: string; value: string }[] {
  // The first step is the prefix, which stands above the lines.
  if (!receipt.plain) return [{ label: t("Plan"), value: receipt.planName }, ...receipt.steps.slice(1)];
  const lines = [
    { label: t("Plan"), value: receipt.planName },
    {
      label: t("Price per minute"),
      value: moneyText(receipt.perMinuteMicros, currency, { decimals: rateDecimals(receipt.perMinuteMicros) }),
    },
    {
      label: t("Talk time"),
      value: t("{talk} s, {seconds} begun", { talk: tenths(receipt.talkMs / 1_000), seconds: receipt.seconds }),
    },
    {
      label: t("Rounded {first}/{next}", { first: receipt.firstSeconds, next: receipt.nextSeconds }),
      value: t("{count} s", { count: receipt.billedSeconds }),
    },
  ];
  if (receipt.graceSeconds > 0)
    lines.push({ label: t("Free when shorter than"), value: t("{count} s", { count: receipt.graceSeconds }) });
  if (receipt.connectionFeeMicros > 0n)
    lines.push({ label: t("Connection fee"), value: moneyText(receipt.connectionFeeMicros, currency) });
  return lines;
}

/** The formula in one line, with this call's own figures. */
export function receiptFormula(receipt: Receipt, currency: string): string {
  if (receipt.billedSeconds === 0) return t("Nothing is billed.");
  if (!receipt.plain) return receipt.taxMicros > 0n ? t("Cost with tax") : t("Cost");
  const rate = moneyText(receipt.perMinuteMicros, currency, {
    decimals: rateDecimals(receipt.perMinuteMicros),
    bare: true,
  });
  const fee =
    receipt.connectionFeeMicros > 0n ? ` + ${moneyText(receipt.connectionFeeMicros, currency, { bare: true })}` : "";
  return t("{seconds} s × {rate} ÷ 60{fee}", { seconds: receipt.billedSeconds, rate, fee });
}

/** What the call took from the wallet, with tax. */
export const receiptTotal = (receipt: Receipt): bigint => receipt.costMicros + receipt.taxMicros;

/** The whole receipt as plain text, for an e-mail or a ticket. */
export function receiptText(
  receipt: Receipt,
  currency: string,
  call: Readonly<{ id: string; to: string; startedAt: Date }>,
): string {
  const head = [
    t("Call {id}", { id: call.id }),
    t("To {number}", { number: call.to }),
    t("Started {time}", { time: call.startedAt.toISOString() }),
    t("Matched prefix {prefix}", { prefix: receipt.prefix }),
  ];
  const body = receiptLines(receipt, currency).map(({ label, value }) => `${label}: ${value}`);
  return [
    ...head,
    ...body,
    receiptFormula(receipt, currency),
    t("Total {amount}", { amount: exactMoneyText(receiptTotal(receipt), currency) }),
  ].join("\n");
}

/** Splits a formatted number so that the digits the prefix matched can be underlined, spaces and all. */
export function splitAtPrefix(
  formatted: string,
  prefix: string,
): readonly [before: string, matched: string, rest: string] {
  const start = formatted.search(/\d/);
  if (start === -1 || prefix === "") return [formatted, "", ""];
  let left = prefix.length;
  let end = start;
  while (end < formatted.length && left > 0) {
    if (/\d/.test(formatted.charAt(end))) left -= 1;
    end += 1;
  }
  return [formatted.slice(0, start), formatted.slice(start, end), formatted.slice(end)];
}
