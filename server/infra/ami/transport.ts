import type { Frame } from "@/server/infra/ami/frames";

export type TransportTarget = Readonly<{
  host: string;
  port: number;
  username: string;
  secret: string;
  /** For AMI_TLS=on; `ca` for a certificate that no public authority signed. */
  tls: boolean | { readonly ca: string };
}>;

type TransportHandlers = Readonly<{
  /** The socket is open. Nobody has logged in. */
  onOpen(): void;
  onFrame(frame: Frame): void;
  /** Comes once, whatever the end was. Nothing comes after it. */
  onClose(reason: string): void;
}>;

/** One connection to the manager interface, from dialling to its end. It is never opened twice. */
export type AmiTransport = {
  login(done: (refusal: string | undefined) => void): void;
  /** @throws RangeError when a value holds a line break, Error when the socket is not open. */
  send(actionId: string, fields: Readonly<Record<string, string>>): void;
  /** The answer came or is not waited for any more. */
  forget(actionId: string): void;
  /** Ends the socket at once. onClose follows. */
  destroy(reason: string): void;
};

export type OpenTransport = (target: TransportTarget, handlers: TransportHandlers) => AmiTransport;
