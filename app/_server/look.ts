import "server-only";

import { cookies } from "next/headers";

import type { Look } from "@/components/shell/shell-frame";
import { usualZone, zoneIn, zoneWord } from "@/components/shell/zone";
import { hiddenIn } from "@/components/ui/hidden-columns";

export const LOOK_COOKIE = "ringfence-look";

const usual: Look = { theme: "system", narrow: false, keys: true, zone: usualZone, compact: false, hidden: [] };

/** How this browser wants the portal drawn; what the cookie does not say, or says wrongly, is as usual. */
export async function readLook(): Promise<Look> {
  const words = new Set((await cookies()).get(LOOK_COOKIE)?.value.split(".") ?? []);
  return {
    theme: words.has("dark") ? "dark" : words.has("light") ? "light" : usual.theme,
    narrow: words.has("narrow"),
    keys: !words.has("nokeys"),
    zone: zoneIn(words),
    compact: words.has("compact"),
    hidden: hiddenIn(words),
  };
}

export const lookText = (look: Look): string =>
  [
    look.theme,
    look.narrow && "narrow",
    !look.keys && "nokeys",
    look.zone.of !== "tenant" && zoneWord(look.zone),
    look.compact && "compact",
    ...look.hidden,
  ]
    .filter(Boolean)
    .join(".");
