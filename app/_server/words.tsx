import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { preload } from "react-dom";

import { WithWords } from "@/components/words/with-words";
import { wordsFor } from "@/server/infra/words/browser-words";
import { wishedLanguage } from "@/server/infra/words/speaking";
import { spoken } from "@/server/kernel/words";

const askedPath = async (): Promise<string> => (await headers()).get("x-ringfence-path") ?? "/";

/** What is inside gets the words that its page needs in this person's language. In English there is nothing to fetch. */
export async function Worded({ children }: Readonly<{ children: ReactNode }>) {
  const [path = "/"] = (await askedPath()).split("?");
  const from = wordsFor(path, spoken());
  if (from.length === 0) return children;
  for (const address of from) preload(address, { as: "fetch", crossOrigin: "anonymous" });
  return <WithWords from={from}>{children}</WithWords>;
}

/**
 * Makes a browser that does not know it yet speak what its person chose, or, where neither of them wishes anything, what the
 * tenant speaks. It goes round by an address that sets the cookie, once.
 */
export async function speakAs(own: string | null, ofTenant?: string): Promise<void> {
  const sent = await headers();
  const wished = wishedLanguage({
    cookie: sent.get("cookie") ?? undefined,
    "accept-language": sent.get("accept-language") ?? undefined,
  });
  const wanted = own ?? wished ?? ofTenant ?? "en";
  if (wanted === spoken()) return;
  redirect(`/api/language/${wanted}?back=${encodeURIComponent(await askedPath())}`);
}
