"use client";

import { usePathname } from "next/navigation";
import { useEffect, useSyncExternalStore } from "react";

import { factForm } from "@/components/blocks/fact-form-store";
import { later } from "@/components/ui/later";

const PlaceBan = later(() => import("@/components/blocks/place-ban").then((file) => file.PlaceBan));
const BlockNumber = later(() => import("@/components/blocks/block-number").then((file) => file.BlockNumber));

/** The form that a fact's menu asked for; another page closes it. */
export function FactForms() {
  return <Asked key={usePathname()} />;
}

function Asked() {
  const form = useSyncExternalStore(factForm.subscribe, factForm.get, factForm.none);
  useEffect(() => factForm.close, []);
  if (form?.ask === "ban") {
    return (
      <PlaceBan network={form.network} onClose={factForm.close} {...(form.reason ? { reason: form.reason } : {})} />
    );
  }
  if (form?.ask === "block") return <BlockNumber digits={form.digits} onClose={factForm.close} />;
  return null;
}
