import type { RTCSession } from "jssip/lib/RTCSession";
import type { RTCSessionEvent, UA } from "jssip/lib/UA";

import { PhoneCall } from "@/components/phone/phone-call";
import { type Owner, type Problem, phoneStore } from "@/components/phone/phone-store";
import { t } from "@/server/kernel/words";

/** What the line asks of the portal. */
export type PhoneApi = Readonly<{
  open: (extensionId: string) => Promise<
    Readonly<{
      name: string;
      ha1Once: string;
      realm: string;
      url: string;
      number: string;
      displayName: string;
      iceServers: RTCIceServer[];
    }>
  >;
  /** Relays for the next call while the phone goes on; undefined when it is over. */
  alive: (name: string) => Promise<RTCIceServer[] | undefined>;
  close: (extensionId: string, name: string) => Promise<unknown>;
  /** The words for a refusal of these; undefined when the portal did not answer. */
  refusal: (error: unknown) => Problem | undefined;
}>;

const ALIVE_MS = 60_000;
const AGAIN_MS = 5_000;
/** Each try that failed doubles the wait, up to this: every new credential leaves a line in the trail. */
const LONGEST_MS = 300_000;
const lost = (): Problem => ({
  title: t("The connection to the telephone system was lost."),
  next: t("It is tried again by itself."),
});

/** The line of this page: a credential for minutes, kept while the page is open, and whatever connects with it. */
export class PhoneLine {
  #ua: UA | undefined;
  #name: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #failures = 0;
  #call: PhoneCall | undefined;
  #relays: RTCIceServer[] = [];

  constructor(
    readonly api: PhoneApi,
    readonly owner: Pick<Owner, "tenantSlug" | "extensionId">,
  ) {
    window.addEventListener("pagehide", this.#hide);
    window.addEventListener("beforeunload", this.#warn);
  }

  get call(): PhoneCall | undefined {
    return this.#call?.over === false ? this.#call : undefined;
  }

  /** Gets a credential and registers with it; again and again until it works, or the portal says no. */
  async start(): Promise<void> {
    // What goes on is not torn down; once it is over, the next sign of life starts anew.
    if (this.call) return this.#again(ALIVE_MS, () => this.#keep());
    this.#stopUa();
    if (phoneStore.get().line !== "lost") phoneStore.set({ line: "starting", problem: undefined });
    try {
      const made = await this.api.open(this.owner.extensionId);
      const { UA, WebSocketInterface } = await import("jssip");
      if (this.#ended) return;
      this.#name = made.name;
      this.#relays = made.iceServers;
      const { number, displayName } = made;
      phoneStore.set({ owner: { ...this.owner, number, displayName } });
      this.#ua = this.#listen(
        new UA({
          sockets: [new WebSocketInterface(made.url)],
          uri: `sip:${made.name}@${made.realm}`,
          realm: made.realm,
          ha1: made.ha1Once,
          register_expires: 120,
          session_timers: false,
          connection_recovery_min_interval: 2,
          connection_recovery_max_interval: 15,
          user_agent: "Browser",
        }),
      );
      this.#ua.start();
      this.#again(ALIVE_MS, () => this.#keep());
    } catch (error) {
      this.#failed(error);
    }
  }

  dial(number: string): void {
    const ua = this.#ua;
    if (!ua || this.call) return;
    this.#call = PhoneCall.place(ua, number, this.#relays);
  }

  /** Ends what goes on and gives the credential back. */
  stop(): void {
    this.#leave();
    if (this.#name) void this.api.close(this.owner.extensionId, this.#name).catch(() => {});
    phoneStore.set({ line: "off", owner: undefined, problem: undefined });
  }

  #listen(ua: UA): UA {
    ua.on("registered", () => {
      this.#failures = 0;
      phoneStore.set({ line: "ready", problem: undefined });
    });
    ua.on("disconnected", () => {
      if (this.#ua === ua && !this.#ended) phoneStore.set({ line: "lost", problem: lost() });
    });
    // The credential is over, a machine that slept for example: with a new one it goes on.
    ua.on("registrationFailed", () => {
      if (this.#ua !== ua || this.#ended) return;
      phoneStore.set({ line: "lost", problem: lost() });
      this.#startLater();
    });
    ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (String(event.originator) === "remote") this.#rings(event.session);
    });
    return ua;
  }

  #rings(session: RTCSession): void {
    if (this.call) session.terminate({ status_code: 486 });
    else this.#call = PhoneCall.incoming(session, this.#relays);
  }

  async #keep(): Promise<void> {
    try {
      const relays = this.#name === undefined ? undefined : await this.api.alive(this.#name);
      if (this.#ended) return;
      if (relays) this.#relays = relays;
      // A call that goes on is not torn down for it: the telephone system ends what must end.
      if (relays || this.call) this.#again(ALIVE_MS, () => this.#keep());
      else await this.start();
    } catch (error) {
      if (this.api.refusal(error) && !this.call) this.#failed(error);
      else this.#again(AGAIN_MS, () => this.#keep());
    }
  }

  #failed(error: unknown): void {
    if (this.#ended) return;
    const refusal = this.api.refusal(error);
    this.#stopUa();
    if (refusal) phoneStore.set({ line: "refused", problem: refusal });
    else {
      phoneStore.set({ line: "lost", problem: lost() });
      this.#startLater();
    }
  }

  #startLater(): void {
    this.#again(Math.min(AGAIN_MS * 2 ** this.#failures, LONGEST_MS), () => this.start());
    this.#failures += 1;
  }

  #again(afterMs: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), afterMs);
  }

  #stopUa(): void {
    clearTimeout(this.#timer);
    const ua = this.#ua;
    this.#ua = undefined;
    ua?.stop();
  }

  #leave = (): void => {
    this.#ended = true;
    window.removeEventListener("pagehide", this.#hide);
    window.removeEventListener("beforeunload", this.#warn);
    this.#call?.hangUp();
    this.#stopUa();
  };

  /** A page that the browser brings back from its memory has no phone, and says so. */
  #hide = (): void => {
    this.#leave();
    phoneStore.set({ line: "off", owner: undefined, problem: undefined, call: undefined });
  };

  #warn = (event: BeforeUnloadEvent): void => {
    if (this.call) event.preventDefault();
  };
}
