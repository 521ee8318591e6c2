"use client";

import { SignInForm } from "@/components/sign-in/sign-in-form";

/** Goes on with a full load, so that nothing of an earlier person's data stays in memory. */
export function SignInPageForm({ next }: Readonly<{ next: string }>) {
  return (
    <div className="w-full" data-wide="">
      <SignInForm onSignedIn={() => window.location.assign(next)} />
    </div>
  );
}
