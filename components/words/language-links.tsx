import { cx } from "@/components/ui/cx";
import { languages } from "@/server/kernel/languages";
import { spoken, t } from "@/server/kernel/words";

/** Plain links: whoever cannot read this page yet needs no script to find their language. */
export function LanguageLinks({ back }: Readonly<{ back: string }>) {
  return (
    <nav aria-label={t("Language")} className="flex flex-wrap gap-x-4 gap-y-1 pt-2 text-xs">
      {Object.entries(languages).map(([language, name]) => (
        <a
          aria-current={language === spoken() ? "true" : undefined}
          className={cx("underline-offset-2", language === spoken() ? "text-ink" : "text-ink-3 underline")}
          href={`/api/language/${language}?back=${encodeURIComponent(back)}`}
          hrefLang={language}
          key={language}
          lang={language}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
