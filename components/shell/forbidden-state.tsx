"use client";

import Link from "next/link";

import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

/** Says which role was not enough, and who can change that. */
export function ForbiddenState() {
  const { role, tenant, hrefOf } = useScope();
  return (
    <div className="grid max-w-prose justify-items-start gap-3 pt-8">
      <h1 className="text-xl font-semibold tracking-tight">{t("Your role does not include this page")}</h1>
      <p className="text-md text-ink-2">
        {t("You are {role} of {tenant}. An owner or admin of {tenant} can give you another role on the Team page.", {
          role: roleText(role),
          tenant: tenant.name,
        })}
      </p>
      <code className="text-xs text-ink-3">forbidden</code>
      <Link className={buttonClass("primary")} href={hrefOf("home")}>
        {t("Go to home")}
      </Link>
    </div>
  );
}
