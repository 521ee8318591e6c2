import type { EndEvent, RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";

import { microphone, speaker } from "@/components/phone/phone-devices";
import { type CallState, phoneStore } from "@/components/phone/phone-store";
import { endingOf, microphoneProblem } from "@/components/phone/phone-words";
import { qualityOf } from "@/components/phone/quality";
import { type Tone, tone } from "@/components/phone/tone";

const MEASURE_MS = 2_000;
/** Candidates that come later than this are few and far; a relay has to be asked first. */
const GATHER_MS = 1_000;
const RELAY_MS = 3_000;
let keys = 0;

/** One call: what JsSIP says about it becomes the state of the store, and what a person wants of it goes the other way. */
export class PhoneCall {
  readonly key: number;
  over = false;
  #session: RTCSession | undefined;
  #stream: MediaStream | undefined;
  #tone: Tone | undefined;
  #measure: ReturnType<typeof setInterval> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    direction: CallState["direction"],
    number: string,
    readonly iceServers: RTCIceServer[],
  ) {
    keys += 1;
    this.key = keys;
    const phase = direction === "out" ? "calling" : "incoming";
    const open = { answeredAt: undefined, endedAt: undefined, ending: undefined, quality: undefined };
    const call = {
      key: this.key,
      direction,
      number,
      phase,
      startedAt: Date.now(),
      muted: false,
      held: false,
      ...open,
    } as const;
    phoneStore.set({ call, ...(direction === "in" ? { open: true } : {}) });
  }

  /** Asks for the microphone, then calls. */
  static place(ua: UA, number: string, iceServers: RTCIceServer[]): PhoneCall {
    const call = new PhoneCall("out", number, iceServers);
    const pcConfig = { iceServers };
    void call.#withMicrophone((mediaStream) => {
      call.#follow(ua.call(`sip:${encodeURIComponent(number)}@${ua.get("realm") ?? ""}`, { mediaStream, pcConfig }));
    });
    return call;
  }

  /** Rings until somebody answers, declines, or the caller gives up. */
  static incoming(session: RTCSession, iceServers: RTCIceServer[]): PhoneCall {
    const { uri, display_name } = session.remote_identity;
    const call = new PhoneCall("in", display_name || String(uri.user), iceServers);
    call.#follow(session);
    call.#tone = tone("ring");
    return call;
  }

  async answer(): Promise<void> {
    this.#tone?.stop();
    const pcConfig = { iceServers: this.iceServers };
    await this.#withMicrophone((mediaStream) => this.#session?.answer({ mediaStream, pcConfig }));
  }

  /** Hangs up, cancels or declines, whichever it is. */
  hangUp(): void {
    const session = this.#session;
    if (!session || session.isEnded()) this.#end(undefined);
    else session.terminate(this.#state()?.phase === "incoming" ? { status_code: 603 } : {});
  }

  mute(on: boolean): void {
    if (on) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
    this.#set({ muted: on });
  }

  hold(on: boolean): void {
    const done = () => this.#set({ held: on });
    if (on) this.#session?.hold({}, done);
    else this.#session?.unhold({}, done);
  }

  /** One key of the pad, for menus at the other end. */
  press(key: string): void {
    const sender = this.#session?.connection?.getSenders().find(({ track }) => track?.kind === "audio")?.dtmf;
    if (sender?.canInsertDTMF) sender.insertDTMF(key, 120);
  }

  /** Speaks into another microphone from now on. */
  async changeMicrophone(): Promise<void> {
    const stream = await microphone().catch(() => undefined);
    const [track] = stream?.getAudioTracks() ?? [];
    const sender = this.#session?.connection?.getSenders().find((each) => each.track?.kind === "audio");
    if (!stream || !track || !sender || this.over) return stopAll(stream);
    track.enabled = !this.#state()?.muted;
    await sender.replaceTrack(track);
    stopAll(this.#stream);
    this.#stream = stream;
  }

  async #withMicrophone(work: (stream: MediaStream) => void): Promise<void> {
    try {
      const stream = await microphone();
      if (this.over) return stopAll(stream);
      this.#stream = stream;
      work(stream);
    } catch (error) {
      const problem = microphoneProblem(error);
      const incoming = this.#session;
      this.#end(problem);
      if (incoming && !incoming.isEnded()) incoming.terminate({ status_code: 480 });
    }
  }

  #follow(session: RTCSession): void {
    this.#session = session;
    const hear = (connection: RTCPeerConnection) =>
      connection.addEventListener("track", ({ track, streams: [stream] }) =>
        speaker.play(stream ?? new MediaStream([track])),
      );
    if (session.connection) hear(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
    const relayed = this.iceServers.some(({ username }) => username !== undefined);
    session.on("icecandidate", ({ candidate, ready }) => {
      if (candidate.type === "relay") ready();
      else this.#gathering ??= setTimeout(ready, relayed ? RELAY_MS : GATHER_MS);
    });
    session.on("progress", () => this.#rings());
    session.on("accepted", () => this.#answered());
    session.on("confirmed", () => this.#answered());
    session.on("ended", (event) => this.#ended(event));
    session.on("failed", (event) => this.#ended(event));
  }

  #rings(): void {
    if (this.#state()?.phase !== "calling") return;
    this.#set({ phase: "ringing" });
    this.#tone ??= tone("ringback");
  }

  #answered(): void {
    if (this.over || this.#state()?.phase === "live") return;
    this.#tone?.stop();
    this.#set({ phase: "live", answeredAt: Date.now() });
    this.#measure = setInterval(() => void this.#measured(), MEASURE_MS);
  }

  async #measured(): Promise<void> {
    const connection = this.#session?.connection;
    if (connection) this.#set({ quality: qualityOf(await connection.getStats()) });
  }

  #ended({ originator, message, cause }: EndEvent): void {
    const status = message && "status_code" in message ? Number(message.status_code) : undefined;
    const mine = String(originator) === "local";
    this.#end(mine && status === undefined && !/^webrtc error$/i.test(cause) ? undefined : endingOf(status, cause));
  }

  #end(ending: CallState["ending"]): void {
    if (this.over) return;
    this.over = true;
    this.#tone?.stop();
    clearInterval(this.#measure);
    clearTimeout(this.#gathering);
    stopAll(this.#stream);
    speaker.stop();
    this.#set({ phase: "over", endedAt: Date.now(), ending });
  }

  #state = (): CallState | undefined => {
    const { call } = phoneStore.get();
    return call?.key === this.key ? call : undefined;
  };
  #set = (change: Partial<CallState>): void => phoneStore.setCall(this.key, change);
}

const stopAll = (stream: MediaStream | undefined): void => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};
