import type { Outputs } from "@/components/api/outputs";
import { navFor } from "@/components/shell/nav";
import { verbText } from "@/components/shell/palette-verbs";
import type { Permission, Scope } from "@/components/shell/scope";
import type { IconName } from "@/components/ui/icon";
import { type Message, msg, say } from "@/server/kernel/words";

export type Hit = Outputs["search"]["find"][number];

/** What is done once the page is there: a button that opens something is pressed, all else gets the focus and waits for Enter. */
export type Then = Readonly<{ press: string }> | Readonly<{ focus: string }>;

export type Item = Readonly<{
  key: string;
  group: string;
  label: string;
  detail?: string;
  icon: IconName;
  at?: Date | null;
  href?: string;
  after?: Then;
}>;

type Action = Readonly<{
  label: Message;
  /** What people may call it. */
  words: Message;
  page: string;
  needs: Permission;
  after: Then;
  above?: boolean;
}>;

const NEW: Then = { press: '[data-shortcut~="n"]' };

/** What can be done from anywhere. Each leads to the form or sheet of the action; nothing happens before it is sent there. */
const actions: readonly Action[] = [
  {
    label: msg("New extension"),
    words: msg("create add phone telephone"),
    page: "extensions",
    needs: "extensions.write",
    after: NEW,
  },
  {
    label: msg("Set daily cap"),
    words: msg("limit day spend maximum"),
    page: "limits",
    needs: "billing.write",
    after: { focus: "[name=dailyCap]" },
  },
  {
    label: msg("Set monthly cap"),
    words: msg("limit month spend maximum"),
    page: "limits",
    needs: "billing.write",
    after: { focus: "[name=monthlyCap]" },
  },
  {
    label: msg("Set calls at once"),
    words: msg("limit channels concurrent"),
    page: "limits",
    needs: "billing.write",
    after: { focus: "[name=maxCalls]" },
  },
  {
    label: msg("Top up"),
    words: msg("add money credit pay card balance"),
    page: "balance",
    needs: "billing.write",
    after: NEW,
  },
  {
    label: msg("Suspend an extension"),
    words: msg("stop block phone resume"),
    page: "extensions",
    needs: "extensions.write",
    after: { focus: '[data-shortcut~="/"]' },
  },
  {
    label: msg("Open or close a country"),
    words: msg("destination allow block"),
    page: "destinations",
    needs: "destinations.write",
    after: { focus: '[data-shortcut~="/"]' },
  },
  {
    label: msg("Invite a person"),
    words: msg("team member seat user add"),
    page: "team",
    needs: "members.write",
    after: NEW,
  },
  {
    label: msg("Issue a statement"),
    words: msg("invoice month new"),
    page: "statements",
    needs: "billing.write",
    after: NEW,
  },
  {
    label: msg("Add a number"),
    words: msg("new did inbound"),
    page: "numbers",
    needs: "numbers.give",
    after: NEW,
    above: true,
  },
  {
    label: msg("New tenant"),
    words: msg("customer reseller onboard create add"),
    page: "tenants",
    needs: "tenants.write",
    after: NEW,
    above: true,
  },
  {
    label: msg("New plan"),
    words: msg("prices rates create add"),
    page: "plans",
    needs: "plans.write",
    after: NEW,
    above: true,
  },
  {
    label: msg("Make vouchers"),
    words: msg("codes batch new"),
    page: "vouchers",
    needs: "billing.write",
    after: NEW,
    above: true,
  },
];

const wordsIn = (text: string): readonly string[] => text.toLowerCase().split(/\s+/).filter(Boolean);
const matches = (text: string, haystack: string): boolean =>
  wordsIn(text).every((word) =>
    haystack
      .toLowerCase()
      .split(/[\s/]+/)
      .some((each) => each.startsWith(word)),
  );

type Place = Pick<Scope, "can" | "hrefOf" | "tenant">;

export function actionsFor(text: string, { can, hrefOf, tenant }: Place): readonly Item[] {
  return actions
    .filter((action) => can(action.needs) && (!action.above || tenant.kind !== "customer"))
    .filter(
      (action) =>
        text !== "" && matches(text, [action.label, action.words].flatMap((each) => [each, say(each)]).join(" ")),
    )
    .map(({ label, page, after }) => ({
      key: `do ${label}`,
      group: "Actions",
      label: say(label),
      icon: "right",
      href: hrefOf(page),
      after,
    }));
}

export function pagesFor(text: string, { can, hrefOf, tenant }: Place): readonly Item[] {
  return navFor(can, tenant.kind)
    .flatMap((group) => group.items)
    .filter((item) => matches(text, `${item.label} ${item.english}`))
    .map((item) => ({
      key: `go ${item.page}`,
      group: "Pages",
      label: item.label,
      detail: `G ${item.key.toUpperCase()}`,
      icon: item.icon,
      href: hrefOf(item.page),
    }));
}

const paths: Readonly<Record<Hit["kind"], (hit: Hit) => string>> = {
  call: ({ id }) => `/calls?open=${id}`,
  extension: ({ id }) => `/extensions?open=${id}`,
  number: ({ id }) => `/numbers?open=${id}`,
  // Its line of the ledger first.
  transaction: ({ state }) => `/balance${/^\d+$/.test(state) ? `?before=${BigInt(state) + 1n}` : ""}`,
  statement: ({ title }) => `/statements?q=${encodeURIComponent(title)}`,
  incident: ({ id }) => `/incidents?open=${id}`,
  ban: ({ id }) => `/blocks?q=${encodeURIComponent(id)}`,
  tenant: () => "",
};
const icons: Readonly<Record<Hit["kind"], IconName>> = {
  call: "calls",
  extension: "phones",
  number: "in",
  transaction: "balance",
  statement: "statement",
  incident: "alert",
  ban: "lock",
  tenant: "tenants",
};

/** Where a hit leads, and what it says of itself; of another tenant it says whose it is. */
export function itemOf(hit: Hit, here: string, verb?: string): Item {
  const doing = hit.kind === "extension" ? verb : undefined;
  const state = hit.kind === "transaction" ? "" : hit.state.replaceAll("_", " ");
  const told = [hit.slug === here ? "" : hit.kind === "tenant" ? "" : hit.tenant, hit.detail, state];
  return {
    key: `${hit.kind} ${hit.slug} ${hit.id}`,
    group: hit.exact ? "Found" : hit.kind === "tenant" ? "Tenants" : "Similar",
    label: doing ? verbText(doing, hit.title) : hit.title,
    detail: told.filter(Boolean).join(" · "),
    icon: icons[hit.kind],
    at: hit.at,
    href: `/t/${hit.slug}${paths[hit.kind](hit)}`,
    ...(doing && { after: { focus: `[data-panel] button[data-verb~="${doing}"]:not([disabled])` } }),
  };
}
