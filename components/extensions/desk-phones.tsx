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
    <Section title="Desk phones">
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
      onSuccess: () => toast("The phone fetches no settings any more. Rotate the secret to cut it off."),
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
          busy={remove.isPending && "Removing…"}
          look="quiet"
          onClick={() => remove.mutate({ tenantSlug, deskPhoneId: phone.id })}
        >
          Remove phone
        </Button>
      )}
    </li>
  );
}

function LastFetch({ phone }: Readonly<{ phone: DeskPhone }>) {
  const { lastFetchAt, lastAddress, lastUserAgent, refused, refusedAt, waits } = phone;
  return (
    <>
      {lastFetchAt ? (
        <>
          Fetched <Moment at={lastFetchAt} /> from <code>{lastAddress || "an unknown address"}</code>,{" "}
          {deviceText(lastUserAgent)}
        </>
      ) : waits ? (
        "Has not fetched its settings yet"
      ) : (
        "Never fetched its secret: prepare it again"
      )}
      {refusedAt && (
        <span className="text-bad">
          {" · "}
          {refused} refused, lately <Moment at={refusedAt} />
        </span>
      )}
    </>
  );
}
