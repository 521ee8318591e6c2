import { BrandedPage } from "@/app/_server/branded";
import { buttonClass } from "@/components/ui/button-class";
import { t } from "@/server/kernel/words";

export default function NotFound() {
  return (
    <BrandedPage title={t("There is nothing here")}>
      <p className="text-md text-ink-2">
        {t("The address is mistyped, what it led to is gone, or it is not yours. For safety these look the same.")}
      </p>
      <code className="text-xs text-ink-3">not_found</code>
      <a className={buttonClass("primary")} href="/">
        {t("Go to your tenant")}
      </a>
    </BrandedPage>
  );
}
