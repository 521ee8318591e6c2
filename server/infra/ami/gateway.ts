/** Where in the dialplan a phone rings for its echo test, and where it hears itself. */
export const TEST_CONTEXT = "ringfence-test";
export const ECHO_CONTEXT = "ringfence-echo";

/**
 * What the product needs from Asterisk, and no more. Only this folder knows how it is asked; everything here rejects
 * with DomainError pbx_unreachable when Asterisk cannot be asked, and nothing is ever sent late or twice.
 */
export interface AmiGateway {
  /** Asks Asterisk to end a channel, by its name or its unique id. "gone": there was none, which is as good. */
  hangUp(channel: string, options: Readonly<{ cause: number; deadlineMs: number }>): Promise<"asked" | "gone">;
  /** Lets a channel live for this many seconds from now (0.1 to 14400), whatever was set before. */
  setLimit(channel: string, seconds: number, options: Readonly<{ deadlineMs: number }>): Promise<"set" | "gone">;
  /**
   * When the call on a live channel was answered, in microseconds on the PBX's clock.
   * @returns undefined when it was not, or when the channel is gone.
   */
  answeredAtUs(channel: string, options: Readonly<{ deadlineMs: number }>): Promise<number | undefined>;
  /** Rings the phones of an endpoint; the one that is picked up calls the echo test by itself. Returns once it is asked for. */
  ringForEcho(endpoint: string, options: Readonly<{ deadlineMs: number }>): Promise<void>;
  liveChannels(options: Readonly<{ deadlineMs: number }>): Promise<LiveChannel[]>;
  /**
   * How Asterisk knows the address that an endpoint of the files has its calls sent to.
   * @returns undefined when it has none.
   */
  contact(endpoint: string, options: Readonly<{ deadlineMs: number }>): Promise<PbxContact | undefined>;
  /** What runs there: Asterisk's version and the calls it counts. */
  core(options: Readonly<{ deadlineMs: number }>): Promise<PbxCore>;
  /**
   * Delivers the events of one kind in arrival order; the next one of any kind waits for the handler's promise. A
   * handler that fails is logged and does not stop the others.
   */
  onEvent<K extends PbxEvent["kind"]>(kind: K, handler: EventHandler<K>): void;
  /** Called whenever events may have been missed: after each connect, and when the queue in memory was too small. */
  onGap(handler: (gap: "connected" | "dropped") => void): void;
  status(): AmiStatus;
  close(): Promise<void>;
}

export type EventHandler<K extends PbxEvent["kind"]> = (event: Extract<PbxEvent, { kind: K }>) => void | Promise<void>;

export type AmiStatus = Readonly<{
  /** Events arrive and actions are taken. */
  connected: boolean;
  /** Of the present state. */
  since: Date;
  lastEventAt: Date | undefined;
  /** One sentence for people when it is not connected. */
  problem: string | undefined;
  /** Events that were thrown away because nobody took them in time. */
  droppedEvents: number;
  /** Add it to this machine's clock to get the PBX's. */
  clockOffsetMs: number;
  /** When the PBX was started; undefined while it has not said so. */
  bootedAt: Date | undefined;
}>;

/** `status` is Asterisk's word: Reachable, Unreachable, NonQualified (nobody asks), … `roundTripMs` of the last answer. */
export type PbxContact = Readonly<{ status: string; roundTripMs: number | null }>;

export type PbxCore = Readonly<{ version: string; calls: number }>;

export type LiveChannel = Readonly<{
  channel: string;
  uniqueId: string;
  linkedId: string;
  context: string;
  /** Where in the context it is: the number called, in those of ours that dial. */
  extension: string;
  /** The SIP endpoint behind the channel, where the name tells it. */
  endpoint: string | undefined;
  /** Asterisk's own word: "Up", "Ring", "Ringing", "Down", … */
  state: string;
  /** Since the channel began, ringing included. */
  seconds: number;
}>;

/** Times are microseconds since 1970 on the PBX's clock. */
export type PbxEvent =
  | Readonly<{ kind: "answered"; call: string; atUs: number; grantedSeconds: number }>
  | Readonly<{ kind: "ended"; call: string; talkMs: number; status: string; cause: number; side: string; atUs: number }>
  | Readonly<{
      kind: "hangup";
      uniqueId: string;
      linkedId: string;
      channel: string;
      context: string;
      cause: number;
      atUs: number;
    }>
  | Readonly<{ kind: "security"; event: SecurityEvent }>
  | Readonly<{ kind: "userevent"; name: string; fields: Readonly<Record<string, string>> }>;

export type SecurityEvent = Readonly<{
  /** As Asterisk calls it: InvalidPassword, FailedACL, … */
  name: string;
  severity: string;
  service: string;
  /** The SIP user name or manager name that was tried; it need not exist. */
  accountId: string;
  transport: string | undefined;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  at: Date;
  /** The rest of what Asterisk said, without anything of the digest exchange. */
  detail: Readonly<Record<string, string>>;
}>;
