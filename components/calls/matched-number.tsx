import { splitAtPrefix } from "@/components/calls/receipt-text";

/** A number with the digits underlined by which its price was found. */
export function MatchedNumber({ to, prefix }: Readonly<{ to: string; prefix: string }>) {
  const [before, matched, rest] = splitAtPrefix(to, prefix);
  return (
    <bdi className="figures text-lg" dir="ltr">
      {before}
      <span className="font-semibold underline decoration-accent decoration-2 underline-offset-4">{matched}</span>
      {rest}
    </bdi>
  );
}
