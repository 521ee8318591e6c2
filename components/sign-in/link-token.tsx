"use client";

import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";

import { Notice } from "@/components/ui/notice";
import { t } from "@/server/kernel/words";

const never = () => () => {};
const TokenContext = createContext("");

/** The token of the link that led here. */
export const useLinkToken = (): string => useContext(TokenContext);

type Props = Readonly<{ of: "invitation" | "mail"; children: ReactNode }>;

/** The token stands behind the # of the address: no server on the way has seen it, and this page sends it in a body. */
export function LinkToken({ of, children }: Props) {
  const token = useSyncExternalStore(
    never,
    () => window.location.hash.slice(1),
    () => undefined,
  );
  if (token === undefined) return null;
  if (token === "") {
    return (
      <Notice title={t("This address is not complete.")} tone="bad">
        {of === "mail"
          ? t("Open the link from your mail once more, whole, with everything after the #.")
          : t("Open the link from your invitation once more, whole, with everything after the #.")}
      </Notice>
    );
  }
  return <TokenContext value={token}>{children}</TokenContext>;
}
