"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { initialsOf } from "@/components/shell/initials";
import type { Theme } from "@/components/shell/theme-choice";
import type { Zone } from "@/components/shell/zone";
import { later } from "@/components/ui/later";
import { Popover } from "@/components/ui/popover";
import { t } from "@/server/kernel/words";

const AccountMenu = later(() => import("@/components/shell/account-menu").then((file) => file.AccountMenu));

type Props = Readonly<{
  theme: Theme;
  onTheme: (theme: Theme) => void;
  zone: Zone;
  onZone: (zone: Zone["of"]) => void;
  onHelp: () => void;
}>;

export function AvatarMenu(props: Props) {
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  return (
    <Popover
      align="end"
      className="w-64"
      label={t("Your account")}
      trigger={<span aria-hidden="true">{initialsOf(me?.user.name || me?.user.email || "")}</span>}
      triggerClass="inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-ink hover:bg-sunken"
    >
      {(close) => <AccountMenu {...props} onGo={close} />}
    </Popover>
  );
}
