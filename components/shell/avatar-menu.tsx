"use client";

import { useQuery } from "@tanstack/react-query";

import { useTRPC } from "@/components/api/client";
import { initialsOf } from "@/components/shell/initials";
import { useScope } from "@/components/shell/scope";
import { type Theme, ThemeChoice } from "@/components/shell/theme-choice";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";

type Props = Readonly<{ theme: Theme; onTheme: (theme: Theme) => void; onHelp: () => void }>;

/** Loaded on the press: the sign-out code is of no use before. */
const signOut = () => import("next-auth/react").then((auth) => auth.signOut({ callbackUrl: "/sign-in" }));

/** Who I am here, how the portal looks, and the way out. */
export function AvatarMenu({ theme, onTheme, onHelp }: Props) {
  const { role } = useScope();
  const { data: me } = useQuery(useTRPC().me.get.queryOptions());
  const name = me?.user.name ?? me?.user.email ?? "";
  return (
    <Popover
      align="end"
      className="w-64"
      label="Your account"
      trigger={<span aria-hidden="true">{initialsOf(name)}</span>}
      triggerClass="inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-ink hover:bg-sunken"
    >
      {(close) => (
        <div className="grid gap-3 p-2">
          <div className="grid">
            <p className="truncate font-medium">{me?.user.name}</p>
            <p className="truncate text-ink-2">{me?.user.email}</p>
            <p className="text-xs text-ink-3">Acting as {role}</p>
          </div>
          <ThemeChoice onTheme={onTheme} theme={theme} />
          <div className="grid border-t pt-2">
            <Button
              className="justify-start"
              look="quiet"
              onClick={() => {
                close();
                onHelp();
              }}
            >
              Keyboard shortcuts
            </Button>
            <Button className="justify-start" look="quiet" onClick={() => void signOut()}>
              Sign out
            </Button>
          </div>
        </div>
      )}
    </Popover>
  );
}
