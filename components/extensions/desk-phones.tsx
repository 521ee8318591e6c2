"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/api/client";
import type { ExtensionRow, Outputs } from "@/components/api/outputs";
import { QueryView } from "@/components/api/query-view";
import { refusalOf } from "@/components/api/refusal";
import { deviceText } from "@/components/extensions/device-text";
import { Moment } from "@/components/shell/moment";
import { useScope } from "@/components/shell/scope";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/section";
import { toast } from "@/components/ui/toast-store";
import { rich } from "@/components/words/rich";
import { numberText } from "@/server/kernel/locale";
import { t } from "@/server/kernel/words";

type DeskPhone = Outputs["connect"]["deskPhones"]["items"][number];

const makers: Readonly<Record<DeskPhone["vendor"], string>> = {
  yealink: "Yealink",
  grandstream: "Grandstream",
  snom: "Snom",
};

const macText = (mac: string): string => mac.toUpperCase().replaceAll(/(..)(?=.)/g, "$1:");

/** The desk phones that may fetch an extension's settings, and when each last did. Nothing where there is none. */
export function DeskPhones({ extension }: Readonly<{ extension: ExtensionRow }>) {
  const { tenantSlug } = useScope();
  const query = useQuery(useTRPC().connect.deskPhones.queryOptions({ tenantSlug, extensionId: extension.id }));
  if (query.data?.items.length === 0) return null;
  return (
    <Section title={t("Desk phones")}>
      <QueryView query={query}>
        {({ items }) => (
          <ul className="grid">
            {items.map((phone) => (
              <OnePhone key={phone.id} phone={phone} />
            ))}
          </ul>
        )}
      </QueryView>
    </Section>
  );
}

function OnePhone({ phone }: Readonly<{ phone: DeskPhone }>) {
  const { tenantSlug, can } = useScope();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const remove = useMutation(
    trpc.connect.removeDeskPhone.mutationOptions({
      onSuccess: () => toast(t("The phone fetches no settings any more. Rotate the secret to cut it off.")),
      onError: (error) => toast(refusalOf(error).title, { tone: "bad" }),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.connect.pathKey() }),
    }),
  );
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 border-b py-1">
      <span className="min-w-0 flex-1">
        <span className="font-medium">{makers[phone.vendor]}</span>{" "}
        <code className="text-xs">{macText(phone.mac)}</code>
        <span className="block text-ink-2">
          <LastFetch phone={phone} />
        </span>
      </span>
      {can("extensions.write") && (
        <Button
          busy={remove.isPending && t("Removing…")}
          look="quiet"
          onClick={() => remove.mutate({ tenantSlug, deskPhoneId: phone.id })}
        >
          {t("Remove phone")}
        </Button>
      )}
    </li>
  );
}

function LastFetch({ phone }: Readonly<{ phone: DeskPhone }>) {
  const { lastFetchAt, lastAddress, lastUserAgent, refused, refusedAt, waits } = phone;
  return (
    <>
      {lastFetchAt
        ? rich("Fetched {at} from {address}, {device}", {
            at: <Moment at={lastFetchAt} />,
            address: <code>{lastAddress || t("an unknown address")}</code>,
            device: <bdi>{deviceText(lastUserAgent)}</bdi>,
          })
        : waits
          ? t("Has not fetched its settings yet")
          : t("Never fetched its secret: prepare it again")}
      {refusedAt && (
        <span className="text-bad">
          {" · "}
          {rich("{refused} refused, lately {at}", { refused: numberText(refused), at: <Moment at={refusedAt} /> })}
        </span>
      )}
    </>
  );
}
