"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { FactorLine } from "@/components/account/factor-line";
import { Passkeys } from "@/components/account/passkeys";
import { RecoveryCodes } from "@/components/account/recovery-codes";
import { When } from "@/components/account/when";
import { useTRPC } from "@/components/api/client";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { later } from "@/components/ui/later";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { t } from "@/server/kernel/words";

const SetUpApp = later(() => import("@/components/account/set-up-app").then((file) => file.SetUpApp));

/** The app, the passkeys and the recovery codes beside the password. */
export function SecondFactor() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const query = useQuery(trpc.security.get.queryOptions());
  const [settingUp, setSettingUp] = useState(false);
  const onError = (error: unknown) => toast(refusalOf(error).title, { tone: "bad" });
  const onSettled = () => queries.invalidateQueries({ queryKey: trpc.security.pathKey() });
  const remove = useMutation(
    trpc.security.removeTotp.mutationOptions({
      onSuccess: () => toast(t("The app is removed.")),
      onError,
      onSettled,
    }),
  );
  return (
    <QueryView query={query}>
      {({ totpSince, recoveryCodesLeft, hasFactor }) => (
        <>
          <ul className="grid border-t">
            <FactorLine
              acts={
                <>
                  <Button onClick={() => setSettingUp(true)}>{totpSince ? t("Move to another…") : t("Set up…")}</Button>
                  {totpSince && (
                    <Button busy={remove.isPending && t("Removing…")} look="warning" onClick={() => remove.mutate()}>
                      {t("Remove")}
                    </Button>
                  )}
                </>
              }
              title={t("Authenticator app")}
            >
              {totpSince ? (
                <span className="text-ok">{rich("on since {since}", { since: <When at={totpSince} /> })}</span>
              ) : (
                t("Off. A code of your phone beside the password: a stolen password alone opens nothing then.")
              )}
            </FactorLine>
            <Passkeys />
            {hasFactor && <RecoveryLine left={recoveryCodesLeft} />}
          </ul>
          {settingUp && <SetUpApp onClose={() => setSettingUp(false)} />}
        </>
      )}
    </QueryView>
  );
}

function RecoveryLine({ left }: Readonly<{ left: number }>) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const renew = useMutation(
    trpc.security.renewRecoveryCodes.mutationOptions({
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.security.pathKey() }),
    }),
  );
  const acts = (
    <Button busy={renew.isPending && t("Making…")} onClick={() => renew.mutate()}>
      {t("Make new codes")}
    </Button>
  );
  return (
    <FactorLine acts={acts} title={t("Recovery codes")}>
      <span className={left < 3 ? "text-warn" : undefined}>
        {t("{left} of {all} left, for when your phone is gone.", { left, all: 10 })}
      </span>
      {renew.data && (
        <Dialog holdOpen onClose={renew.reset} title={t("Your new recovery codes")}>
          <RecoveryCodes codes={renew.data.recoveryCodes} onDone={renew.reset} />
        </Dialog>
      )}
    </FactorLine>
  );
}
