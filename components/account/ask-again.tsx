"use client";

import { useSyncExternalStore } from "react";

import { reauthState } from "@/components/api/reauth-state";
import { later } from "@/components/ui/later";

const Reauthenticate = later(() => import("@/components/account/reauthenticate").then((file) => file.Reauthenticate));

/** Where the question "is it still you?" appears when something asks it. */
export function AskAgain() {
  const asked = useSyncExternalStore(reauthState.subscribe, reauthState.isAsked, () => false);
  return asked && <Reauthenticate />;
}
