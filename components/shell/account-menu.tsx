"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { useTRPC } from "@/components/api/client";
import { useScope } from "@/components/shell/scope";
import { type Theme, ThemeChoice } from "@/components/shell/theme-choice";
import type { Zone } from "@/components/shell/zone";
import { ZoneChoice } from "@/components/shell/zone-choice";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { OwnLanguage } from "@/components/words/language-choice";
import { roleText } from "@/components/words/role-text";
import { t } from "@/server/kernel/words";

type Props = Readonly<{
  theme: Theme;
  onTheme: (theme: Theme) => void;
  zone: Zone;
  onZone: (zone: Zone["of"]) => void;
  onHelp: () => void;
  onGo: () => void;
}>;

/** Loaded on the press: the sign-out code is of no use before. It ends under the name that one came by. */
async function signOut(): Promise<void> {
  const auth = await import("next-auth/react");
  await auth.signOut({ redirect: false });
  window.location.assign("/sign-in");
}

/** Who I am here, how the portal looks, and the way out. */
export function AccountMenu({ theme, onTheme, zone, onZone, onHelp, onGo }: Props) {
  const { role, hrefOf } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  return (
    <div className="grid gap-3 p-2">
      <div className="grid">
        <p className="truncate font-medium">{me?.user.name}</p>
        <p className="truncate text-ink-2">{me?.user.email}</p>
        <p className="text-xs text-ink-3">{t("Acting as {role}", { role: roleText(role) })}</p>
      </div>
      <ThemeChoice onTheme={onTheme} theme={theme} />
      <ZoneChoice onZone={onZone} zone={zone} />
      <OwnLanguage />
      <div className="grid border-t pt-2">
        <Link
          className={buttonClass("quiet", "justify-start!")}
          href={`/account?back=${encodeURIComponent(hrefOf(""))}`}
        >
          {t("Security of my account")}
        </Link>
        <Button
          className="justify-start"
          look="quiet"
          onClick={() => {
            onGo();
            onHelp();
          }}
        >
          {t("Keyboard shortcuts")}
        </Button>
        <Button className="justify-start" look="quiet" onClick={() => void signOut()}>
          {t("Sign out")}
        </Button>
      </div>
    </div>
  );
}
