import { BrandedPage } from "@/app/_server/branded";
import { buttonClass } from "@/components/ui/button-class";

export default function Forbidden() {
  return (
    <BrandedPage title="Your role does not include this">
      <p className="text-md text-ink-2">An owner or admin of the tenant can give you another role.</p>
      <p className="font-mono text-xs text-ink-3">forbidden</p>
      <a className={buttonClass("primary")} href="/">
        Go to your tenant
      </a>
    </BrandedPage>
  );
}
