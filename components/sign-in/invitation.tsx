"use client";

import { useSyncExternalStore } from "react";

import { AcceptInvitation } from "@/components/sign-in/accept-invitation";
import { Notice } from "@/components/ui/notice";

const never = () => () => {};

/** The token stands behind the # of the address: no server on the way has seen it, and this page sends it in a body. */
export function Invitation() {
  const token = useSyncExternalStore(
    never,
    () => window.location.hash.slice(1),
    () => undefined,
  );
  if (token === undefined) return null;
  if (token === "") {
    return (
      <Notice title="This address is not complete." tone="bad">
        Open the link from your invitation once more, whole, with everything after the #.
      </Notice>
    );
  }
  return <AcceptInvitation token={token} />;
}
