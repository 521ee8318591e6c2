import { BrandedPage } from "@/app/_server/branded";
import { buttonClass } from "@/components/ui/button-class";
import { t } from "@/server/kernel/words";

export default function Forbidden() {
  return (
    <BrandedPage title={t("Your role does not include this")}>
      <p className="text-md text-ink-2">{t("An owner or admin of the tenant can give you another role.")}</p>
      <code className="text-xs text-ink-3">forbidden</code>
      <a className={buttonClass("primary")} href="/">
        {t("Go to your tenant")}
      </a>
    </BrandedPage>
  );
}
