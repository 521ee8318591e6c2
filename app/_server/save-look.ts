"use server";

import { cookies } from "next/headers";

import { LOOK_COOKIE, lookText, readLook } from "@/app/_server/look";
import type { Look } from "@/components/shell/shell-frame";
import { zoneIn, zoneWord } from "@/components/shell/zone";
import { hiddenIn } from "@/components/ui/hidden-columns";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Keeps a choice of look in a cookie of this browser. It says nothing about anybody. */
export async function saveLook(change: Partial<Look>): Promise<void> {
  const { theme, narrow, keys, zone, compact, hidden } = change;
  const before = await readLook();
  const look: Look = {
    theme: theme === "dark" || theme === "light" || theme === "system" ? theme : before.theme,
    narrow: typeof narrow === "boolean" ? narrow : before.narrow,
    keys: typeof keys === "boolean" ? keys : before.keys,
    zone: zone ? zoneIn([zoneWord(zone)]) : before.zone,
    compact: typeof compact === "boolean" ? compact : before.compact,
    hidden: Array.isArray(hidden) ? hiddenIn(hidden) : before.hidden,
  };
  (await cookies()).set(LOOK_COOKIE, lookText(look), {
    path: "/",
    maxAge: YEAR_SECONDS,
    sameSite: "lax",
    httpOnly: true,
  });
}
