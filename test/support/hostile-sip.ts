import { strangerAt } from "@/test/support/stranger-sip";

/** Every byte in hexadecimal, as SIP lets a user name be written: Asterisk reads it as the bytes themselves. */
export const inHex = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
export const oneLine = (text: string) => text.replace(/[\r\n\0]/g, " ");
const wrong = (name: string) =>
  `Digest username="${oneLine(name).replace(/["\\]/g, "")}", realm="ringfence", nonce="1", uri="sip:x", response="${"0".repeat(32)}", algorithm=MD5`;

/** What ends one message of the manager interface and begins another, in what Asterisk leaves of a name: 36 bytes. */
export const strangeNames = [
  "\r\n\r\nEvent:FullyBooted\r\nUptime:0\r\n",
  "x\r\nRemoteAddress://198.51.100.9",
  "\n\nResponse:follow",
  "\0",
  "y".repeat(600),
  "[2026-11-27 00:00:00.000] SECURITY",
];

/** Each name from an address of its own: 127.8.0.1, 127.8.1.1 and so on. */
export const strangersTry = (sipPort: number): Promise<unknown> =>
  Promise.all(strangeNames.map((name, at) => strangerTries(name, `127.8.${at}.1`, sipPort)));

async function strangerTries(name: string, address: string, sipPort: number): Promise<void> {
  const stranger = await strangerAt(address, sipPort);
  const written = {
    ...{ agent: oneLine(name), display: `"${oneLine(name)}"`, authorization: wrong(name) },
    contact: `<sip:${inHex(name).slice(0, 300)}@127.0.0.1>`,
  };
  const callId = inHex(name).slice(0, 200);
  // From the fifth unknown name of an address on, Asterisk tells the name.
  await Promise.all(
    [1, 2, 3, 4, 5, 6, 7].map((n) =>
      stranger.ask(n === 1 ? "INVITE" : "REGISTER", {
        ...written,
        user: inHex(`${name}${n}`),
        callId: `${callId}${n}`,
      }),
    ),
  );
  stranger.close();
}

/** What a phone dials to end another one's call: an end as our dialplan tells it, and one as Asterisk does, in four spellings. */
export const endsOf = (call: string): readonly string[] =>
  ["\r\n", "\n"].flatMap((end) =>
    ["", " "].flatMap((space) => {
      const lines = (...of: string[]) => end + end + of.map((line) => line.replace(":", `:${space}`)).join(end);
      return [
        lines("Event:UserEvent", "UserEvent:RingfenceEnded", `Call:${call}`, "TalkMs:0"),
        lines("Event:Hangup", "Privilege:call,all", `Uniqueid:${call}`, "", ""),
      ];
    }),
  );
