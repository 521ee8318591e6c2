import { BrandedPage } from "@/app/_server/branded";
import { buttonClass } from "@/components/ui/button-class";

export default function NotFound() {
  return (
    <BrandedPage title="There is nothing here">
      <p className="text-md text-ink-2">
        The address is mistyped, what it led to is gone, or it is not yours. For safety these look the same.
      </p>
      <p className="font-mono text-xs text-ink-3">not_found</p>
      <a className={buttonClass("primary")} href="/">
        Go to your tenant
      </a>
    </BrandedPage>
  );
}
