"use client";

import Link from "next/link";

import { useScope } from "@/components/shell/scope";
import { buttonClass } from "@/components/ui/button-class";

/** Says which role was not enough, and who can change that. */
export function ForbiddenState() {
  const { role, tenant, hrefOf } = useScope();
  return (
    <div className="grid max-w-prose justify-items-start gap-3 pt-8">
      <h1 className="text-xl font-semibold tracking-tight">Your role does not include this page</h1>
      <p className="text-md text-ink-2">
        You are {role.replaceAll("_", " ")} of {tenant.name}. An owner or admin of {tenant.name} can give you another
        role on the Team page.
      </p>
      <p className="font-mono text-xs text-ink-3">forbidden</p>
      <Link className={buttonClass("primary")} href={hrefOf("home")}>
        Go to home
      </Link>
    </div>
  );
}
