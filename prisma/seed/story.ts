import type { Role } from "@/server/domain/tenancy/roles";

/** Who lives in the demo: one operator, two resellers, three customers, a person of every role. */
export type DemoTenant = Readonly<{
  slug: string;
  name: string;
  kind: "operator" | "reseller" | "customer";
  parent?: string;
  country: string;
  timeZone: string;
  /** The plan it buys under, of the tenant above. */
  plan?: string;
  /** Credit at the start, typed as a person would. */
  credit?: string;
  people: readonly (readonly [name: string, role: Role])[];
  phones: readonly (readonly [
    number: string,
    name: string,
    more?: Readonly<{ suspended?: boolean; callerId?: string }>,
  ])[];
  /** Open besides the home country. */
  open: readonly string[];
  /** Calls on a working day. */
  busy: number;
}>;

export const tenants: readonly DemoTenant[] = [
  {
    slug: "operator",
    name: "Northern Exchange",
    kind: "operator",
    country: "DE",
    timeZone: "Europe/Berlin",
    people: [
      ["Olga Brandt", "owner"],
      ["Amir Said", "admin"],
      ["Ines Roth", "incident_responder"],
      ["Aled Owen", "auditor"],
      ["Sara Lind", "support"],
      ["Bruno Keil", "billing"],
    ],
    phones: [],
    open: [],
    busy: 0,
  },
  {
    slug: "hansa",
    name: "Hansa Voice",
    kind: "reseller",
    parent: "operator",
    country: "DE",
    timeZone: "Europe/Berlin",
    plan: "Wholesale",
    credit: "600.00",
    people: [
      ["Rita Petersen", "owner"],
      ["Jan Behrens", "admin"],
      ["Mona Voss", "billing"],
    ],
    phones: [],
    open: ["AT", "CH", "FR", "NL", "GB"],
    busy: 0,
  },
  {
    slug: "alpine",
    name: "Alpine Telecom",
    kind: "reseller",
    parent: "operator",
    country: "AT",
    timeZone: "Europe/Vienna",
    plan: "Wholesale",
    credit: "250.00",
    people: [["Franz Moser", "owner"]],
    phones: [],
    open: ["DE", "CH", "IT"],
    busy: 0,
  },
  {
    slug: "bakery",
    name: "Blue Door Bakery",
    kind: "customer",
    parent: "hansa",
    country: "DE",
    timeZone: "Europe/Berlin",
    plan: "Office",
    credit: "90.00",
    people: [
      ["Carla Winter", "owner"],
      ["Milo Ernst", "admin"],
      ["Nora Falk", "billing"],
      ["Timo Haas", "support"],
      ["Vera Quandt", "viewer"],
    ],
    phones: [
      ["101", "Shop", { callerId: "493023125101" }],
      ["102", "Bakehouse"],
      ["103", "Deliveries"],
      ["104", "Old fax", { suspended: true }],
    ],
    open: ["AT", "CH", "FR", "NL", "PL", "IT", "GB"],
    busy: 9,
  },
  {
    slug: "clinic",
    name: "Harbour Clinic",
    kind: "customer",
    parent: "hansa",
    country: "DE",
    timeZone: "Europe/Berlin",
    plan: "Office",
    credit: "140.00",
    people: [
      ["Dr. Lena Adler", "owner"],
      ["Paul Reimers", "viewer"],
    ],
    phones: [
      ["201", "Reception", { callerId: "494066969201" }],
      ["202", "Dr. Adler"],
      ["203", "Ward"],
      ["204", "Laboratory"],
    ],
    open: ["AT", "CH", "FR", "NL", "DK", "SE", "NO", "GB", "US"],
    busy: 7,
  },
  {
    slug: "studio",
    name: "Studio Linden",
    kind: "customer",
    parent: "alpine",
    country: "AT",
    timeZone: "Europe/Vienna",
    plan: "Business",
    credit: "25.00",
    people: [["Eva Gruber", "owner"]],
    phones: [
      ["301", "Front desk"],
      ["302", "Edit suite"],
    ],
    open: ["DE", "CH", "IT", "US"],
    busy: 4,
  },
];

/** Who calls from outside; somebody who does not say is among them. */
export const callersFrom = ["+493023125880", "+4915228817386", "+441632960001", "+4317135500", ""] as const;

/** Numbers that are kept for stories, or that nobody minds: what the demo's people dial, as they would write it. */
export const dialledBy: Readonly<Record<string, readonly string[]>> = {
  DE: [
    "030 23125 441",
    "040 66969 120",
    "0171 3920011",
    "0152 28817386",
    "+43 1 7135500",
    "+41 44 6681800",
    "+33 1 99 00 12 34",
    "+31 20 5550119",
  ],
  AT: ["01 7135512", "0664 5550133", "+49 30 23125 880", "+41 44 6681801", "+39 06 69812345", "+1 202 555 0143"],
};
/** What a person gets wrong: a country that is closed, a number that is not complete. */
export const refusedBy: Readonly<Record<string, readonly string[]>> = {
  DE: ["+7 495 7397000", "+90 212 5550100", "030 23", "+225 27 20 301000"],
  AT: ["+371 67 222 222", "0664 12", "+34 91 5550199"],
};

type Price = Readonly<{ prefix: string; buy: string }>;

/** Twenty-two countries, some with a dearer mobile prefix: what the operator takes per minute. */
export const wholesale: readonly Price[] = `
  49 0.0062  4915 0.0310  4916 0.0310  4917 0.0310  43 0.0110  436 0.0560  41 0.0180  417 0.1150  44 0.0071  447 0.0220
  33 0.0082  336 0.0290  337 0.0290  39 0.0090  393 0.0310  34 0.0085  346 0.0330  351 0.0105  3519 0.0320  31 0.0092  316 0.0350
  32 0.0125  324 0.0470  352 0.0150  45 0.0102  46 0.0081  467 0.0290  47 0.0101  358 0.0240  48 0.0120  420 0.0150  36 0.0142
  1 0.0064  61 0.0160  614 0.0410  81 0.0300  91 0.0180  55 0.0255  27 0.0480`
  .trim()
  .split(/\s{2,}/)
  .map((pair) => {
    const [prefix = "", buy = ""] = pair.split(" ");
    return { prefix, buy };
  });

/** What each reseller's own plan adds: percent on top, and never less than this much per minute. */
export const retailPlans = [
  { owner: "hansa", name: "Office", percent: 45n, least: 4_000n, first: 60, next: 6 },
  { owner: "hansa", name: "Home", percent: 80n, least: 6_000n, first: 60, next: 60 },
  { owner: "alpine", name: "Business", percent: 60n, least: 5_000n, first: 30, next: 6 },
] as const;
