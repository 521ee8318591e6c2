import type { Attempts } from "@/server/auth/attempts";
import type { RefusalBook } from "@/server/domain/audit/refusal-book";
import type { WebBan } from "@/server/domain/bans/web-ban";
import type { Door } from "@/server/domain/brands/door";
import type { TxtLookup } from "@/server/domain/brands/hosts";
import type { FactorKeys } from "@/server/domain/people/seal.rules";
import type { Relays } from "@/server/domain/provisioning/relays.rules";
import type { UsedToken } from "@/server/domain/tokens/tokens";
import type { Viewing } from "@/server/domain/viewing/viewing";
import type { Db } from "@/server/infra/db/client";
import type { LiveChange } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import type { SessionId, TenantId, UserId } from "@/server/kernel/ids";
import type { Micros } from "@/server/kernel/money";

/** The person behind the request, as the session in the database says. */
export type SignedIn = {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly authenticatedAt: Date;
  readonly factorAt: Date | null;
  /** The tenant below that the session looks at for now; it can change nothing until that ends. */
  readonly viewing?: Viewing | undefined;
  /** Of a session opened at the host name of a brand: nothing but its tenant and those below it is there. */
  readonly within?: TenantId | undefined;
};

/** What answers must name and the database does not know. */
export type ApiSettings = {
  /** Where the one who asks uses the portal: the house's own address, or that of the brand's host name. Without a slash at the end. */
  readonly appUrl: string;
  /** The house's own address, from which those of others are told. Without a slash at the end. */
  readonly houseUrl: string;
  /** Above this a top-up by the operator waits for a second person; micros. */
  readonly approvalLimit: Micros;
  /** Money that moves above this asks once more who moves it; micros. */
  readonly reauthAbove: Micros;
  /** What second factors are kept with. */
  readonly factorKeys: FactorKeys;
  /** What digests of voucher codes are made with. */
  readonly voucherKey: string;
  /** What secrets of webhooks are derived with. */
  readonly webhookKey: string;
  readonly sipDomain: string;
  readonly sipPort: number;
  readonly sipTransport: "udp" | "tcp";
  /** Apps that set themselves up by an account of the operator's with their makers; undefined where there is none. */
  readonly acrobitsCloudId: string | undefined;
  readonly zoiperProviderId: string | undefined;
  /** Where browsers speak SIP; null where there is no phone in the browser. */
  readonly browserPhoneUrl: string | null;
  /** What helps their sound through networks that let no UDP out; undefined where there is nothing. */
  readonly relays: Relays | undefined;
  /** Whether a mail server is named. Without one mail is kept, and what must not wait is not written at all. */
  readonly mailGoesOut: boolean;
};

export type Context = {
  readonly db: Db;
  /** Counts tries of passwords, here and at the sign-in together. */
  readonly attempts: Attempts;
  readonly signedIn: SignedIn | undefined;
  /** The token that acts for that person, of a program's request; then only what its scopes name is done. */
  readonly token?: UsedToken | undefined;
  /** The ban that the address is under; then nobody is signed in, and nothing is answered but that. */
  readonly ban?: WebBan | undefined;
  /** The host name of a brand that the request came to; undefined at the house's own. */
  readonly door?: Door | undefined;
  /** Asks the DNS. */
  readonly lookupTxt: TxtLookup;
  readonly requestId: string;
  /** Where the request came from; empty when unknown. */
  readonly address: string;
  readonly log: Logger;
  /** Sees to it that what is refused stands in the trail. */
  readonly refusals: RefusalBook;
  /** undefined where money cannot come by card. */
  readonly payments: PaymentProvider | undefined;
  readonly publish: (change: LiveChange) => void;
  readonly settings: ApiSettings;
};
