import { t } from "@/server/kernel/words";

type Props = Readonly<{ formatted: string; country?: string | null | undefined; className?: string }>;

/**
 * A number grouped as people read it, with its country in letters. The grouping comes from the server. Its digits run from the left
 * in every language.
 */
export function PhoneNumber({ formatted, country, className = "" }: Props) {
  return (
    <span className={`inline-flex items-center gap-2 whitespace-nowrap ${className}`}>
      <bdi className="figures" dir="ltr">
        {formatted}
      </bdi>
      {country && (
        <span
          className="rounded-sm border px-1 font-mono text-xs leading-4 text-ink-3"
          title={t("Country {country}", { country })}
        >
          {country}
        </span>
      )}
    </span>
  );
}
