import type { Inputs, Outputs } from "@/components/api/outputs";
import type { Refusal } from "@/components/api/refusal";
import { t } from "@/server/kernel/words";

type Answer = Inputs["passkeys"]["add"]["answer"];

/** Whether this browser has passkeys at all; they need a page that came over TLS, or from this machine. */
export const hasPasskeys = (): boolean => typeof window !== "undefined" && "PublicKeyCredential" in window;

/** Lets the browser make a passkey. Loaded on the press: the page needs it for nothing else. */
export async function makePasskey(options: Outputs["passkeys"]["begin"]): Promise<Answer> {
  const { startRegistration } = await import("@simplewebauthn/browser");
  return asSent(await startRegistration({ optionsJSON: options }));
}

/** Lets the browser use one. */
export async function showPasskey(options: Outputs["passkeys"]["askSignIn"]): Promise<Answer> {
  const { startAuthentication } = await import("@simplewebauthn/browser");
  return asSent(await startAuthentication({ optionsJSON: options }));
}

/** As it goes over the wire: what is not set is not there. */
const asSent = (answer: unknown): Answer => {
  const sent: unknown = JSON.parse(JSON.stringify(answer));
  return sent as Answer;
};

/** What a browser refused, as a sentence; undefined for what is not the browser's. */
export function passkeyRefusal(error: unknown): Refusal | undefined {
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") {
    return {
      code: name,
      title: t("That device has a passkey of yours already."),
      next: t("Use it, or take another device."),
    };
  }
  if (name === "NotAllowedError" || name === "AbortError") {
    return { code: name, title: t("No passkey was shown."), next: t("Try again, or go on without one.") };
  }
  if (name === "SecurityError") {
    return {
      code: name,
      title: t("Passkeys do not work at this address."),
      next: t("Open the portal by its name; on this machine that is localhost."),
    };
  }
  return undefined;
}
