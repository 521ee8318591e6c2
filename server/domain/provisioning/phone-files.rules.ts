import { SIP_REALM } from "@/server/domain/provisioning/digest.rules";
import type { ClockChange, PhoneClock } from "@/server/domain/provisioning/phone-clock.rules";

export type PhoneLine = Readonly<{
  number: string;
  displayName: string;
  sipUsername: string;
  server: string;
  port: number;
  transport: "udp" | "tcp" | "tls";
}>;

/** `secret` null: the phone has it from before, and settings that are left out stay as they are. */
export type DeskSettings = PhoneLine & Readonly<{ mac: string; secret: string | null; clock: PhoneClock }>;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What no configuration file can hold: control characters, ends of lines of any kind, and halves of characters. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu, " ");

/** A text as the content of an XML element, whatever is in it. */
export const xmlText = (text: string): string => oneLine(text).replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? "");

/** A text as the value of a line `name = value`: it can neither end the line nor begin a comment. */
export const lineValue = (text: string): string =>
  oneLine(text)
    .replaceAll(/[#;"\\]/g, " ")
    .trim();

/** A text inside the quotes of a SIP address. */
const quoted = (text: string): string => oneLine(text).replaceAll(/["\\]/g, (sign) => `\\${sign}`);

const entry = (name: string, value: string | number): string =>
  `    <entry name="${name}" overwrite="true">${xmlText(String(value))}</entry>`;

/** An account for Linphone. It holds the digest and not the secret, good for this realm and this user name only. */
export function linphoneFile(line: PhoneLine, ha1: string): string {
  const { displayName, sipUsername, server, port, transport } = line;
  const sections = [
    ["misc", [entry("transient_provisioning", 1)]],
    ["sip", [entry("default_proxy", 0)]],
    [
      "proxy_0",
      [
        entry("reg_proxy", `<sip:${server}:${port};transport=${transport}>`),
        entry("reg_identity", `"${quoted(displayName)}" <sip:${sipUsername}@${server}>`),
        entry("reg_expires", 600),
        entry("reg_sendregister", 1),
        entry("publish", 0),
      ],
    ],
    [
      "auth_info_0",
      [
        entry("username", sipUsername),
        entry("domain", server),
        entry("realm", SIP_REALM),
        entry("ha1", ha1),
        entry("algorithm", "MD5"),
      ],
    ],
  ] as const;
  const body = sections.map(([name, entries]) => `  <section name="${name}">\n${entries.join("\n")}\n  </section>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">',
    ...body,
    "</config>\n",
  ].join("\n");
}

const label = ({ number, displayName }: PhoneLine): string => `${number} ${displayName}`;

export type DeskFileText = Readonly<{ type: string; text: string }>;

const yealinkDay = ({ month, week, day, hour }: ClockChange): string => `${month}/${week}/${day}/${hour}`;

/** Hours as Yealink writes them: +1, -3:30. */
function hoursText(minutes: number): string {
  const rest = Math.abs(minutes) % 60;
  const hours = Math.trunc(Math.abs(minutes) / 60);
  return `${minutes < 0 ? "-" : "+"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}

/** The settings of one Yealink phone, as it fetches them. */
export function yealinkFile(phone: DeskSettings): DeskFileText {
  const { clock, secret } = phone;
  const values: (readonly [string, string | number])[] = [
    ["account.1.enable", 1],
    ["account.1.label", label(phone)],
    ["account.1.display_name", phone.displayName],
    ["account.1.user_name", phone.sipUsername],
    ["account.1.auth_name", phone.sipUsername],
    ...(secret === null ? [] : [["account.1.password", secret] as const]),
    ["account.1.sip_server.1.address", phone.server],
    ["account.1.sip_server.1.port", phone.port],
    ["account.1.sip_server.1.transport_type", { udp: 0, tcp: 1, tls: 2 }[phone.transport]],
    ["account.1.sip_server.1.expires", 300],
    ...["g722", "pcma", "pcmu"].flatMap((codec, index) => [
      [`account.1.codec.${codec}.enable`, 1] as const,
      [`account.1.codec.${codec}.priority`, index + 1] as const,
    ]),
    ["account.1.codec.g729.enable", 0],
    ["local_time.time_zone", hoursText(clock.offsetMinutes)],
    ["local_time.summer_time", clock.summer ? 1 : 0],
  ];
  if (clock.summer) {
    values.push(
      ["local_time.dst_time_type", 1],
      ["local_time.start_time", yealinkDay(clock.summer.begins)],
      ["local_time.end_time", yealinkDay(clock.summer.ends)],
      ["local_time.offset_time", clock.summer.addMinutes],
    );
  }
  const lines = values.map(([name, value]) => `${name} = ${lineValue(String(value))}`);
  return { type: "text/plain; charset=utf-8", text: ["#!version:1.0.0.1", ...lines, ""].join("\n") };
}

/** POSIX counts west of Greenwich, and days from Sunday 0. */
function posixZone({ offsetMinutes, summer }: PhoneClock): string {
  const west = (minutes: number) => {
    const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${minutes > 0 ? "-" : ""}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
  };
  const winter = `STD${west(offsetMinutes)}`;
  if (!summer) return winter;
  const rule = ({ month, week, day, hour }: ClockChange) => `M${month}.${week}.${day % 7}/${hour}`;
  const { addMinutes, begins, ends } = summer;
  return `${winter}DST${west(offsetMinutes + addMinutes)},${rule(begins)},${rule(ends)}`;
}

/** The settings of one Grandstream phone: the numbers of its parameters, for the first account. */
export function grandstreamFile(phone: DeskSettings): DeskFileText {
  const values: (readonly [string, string | number])[] = [
    ["P271", 1],
    ["P270", label(phone)],
    ["P3", phone.displayName],
    ["P47", `${phone.server}:${phone.port}`],
    ["P35", phone.sipUsername],
    ["P36", phone.sipUsername],
    ...(phone.secret === null ? [] : [["P34", phone.secret] as const]),
    ["P31", 1],
    ["P32", 5],
    ["P130", { udp: 0, tcp: 1, tls: 2 }[phone.transport]],
    // G.722, A-law, µ-law, and nothing else.
    ["P57", 9],
    ["P58", 8],
    ["P59", 0],
    ["P64", "customize"],
    ["P246", posixZone(phone.clock)],
  ];
  const fields = values.map(([name, value]) => `    <${name}>${xmlText(String(value))}</${name}>`);
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gs_provision version="1">',
    `  <mac>${phone.mac}</mac>`,
    '  <config version="1">',
    ...fields,
    "  </config>",
    "</gs_provision>\n",
  ].join("\n");
  return { type: "application/xml; charset=utf-8", text };
}

const two = (value: number): string => String(value).padStart(2, "0");
const snomDay = ({ month, week, day, hour }: ClockChange): string =>
  `${two(month)}.${two(week)}.${two(day)} ${two(hour)}:00:00`;

/** The settings of one Snom phone, for its first identity. */
export function snomFile(phone: DeskSettings): DeskFileText {
  const { clock, secret } = phone;
  const identity: (readonly [string, string | number])[] = [
    ["user_active", "on"],
    ["user_realname", phone.displayName],
    ["user_idle_text", label(phone)],
    ["user_name", phone.sipUsername],
    ["user_pname", phone.sipUsername],
    ...(secret === null ? [] : [["user_pass", secret] as const]),
    ["user_host", phone.server],
    ["user_outbound", `sip:${phone.server}:${phone.port};transport=${phone.transport}`],
    ["user_expiry", 300],
    ["codec_priority_list", "g722,pcma,pcmu,telephone-event"],
  ];
  const { summer } = clock;
  const general: (readonly [string, string | number])[] = [
    ["utc_offset", clock.offsetMinutes * 60],
    ["dst", summer ? `${summer.addMinutes * 60} ${snomDay(summer.begins)} ${snomDay(summer.ends)}` : ""],
  ];
  const text = [
    '<?xml version="1.0" encoding="utf-8"?>',
    "<settings>",
    '  <phone-settings e="2">',
    ...identity.map(([name, value]) => `    <${name} idx="1" perm="">${xmlText(String(value))}</${name}>`),
    ...general.map(([name, value]) => `    <${name} perm="">${xmlText(String(value))}</${name}>`),
    "  </phone-settings>",
    "</settings>\n",
  ].join("\n");
  return { type: "application/xml; charset=utf-8", text };
}
