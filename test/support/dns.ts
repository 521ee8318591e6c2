import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Begins a datagram that teaches the server a record; no question of the DNS does. */
const TEACH = "teach ";

/** Teaches a server of another process a record. */
export async function teach(server: string, name: string, value: string): Promise<void> {
  const [address = "", port = ""] = server.split(":");
  const socket = createSocket("udp4");
  socket.send(`${TEACH}${JSON.stringify([name, value])}`, Number(port), address);
  await once(socket, "message");
  socket.close();
}

/** A real DNS server on this machine that knows some TXT records and says of every other name that there is none. */
export async function startDns() {
  const texts = new Map<string, readonly string[]>();
  const asked: string[] = [];
  let silent = false;
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    if (question.toString("latin1", 0, TEACH.length) === TEACH) {
      const [taught = "", value = ""] = JSON.parse(question.toString("utf8", TEACH.length)) as string[];
      texts.set(taught, [value]);
      return socket.send("taught", from.port, from.address);
    }
    const name = nameIn(question);
    asked.push(name);
    if (!silent) socket.send(answerTo(question, name, texts.get(name)), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    server: `127.0.0.1:${socket.address().port}`,
    asked,
    set: (name: string, ...values: string[]) => texts.set(name, values),
    forget: (name: string) => texts.delete(name),
    fallSilent: () => {
      silent = true;
    },
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; question[at]; at += (question[at] ?? 0) + 1) {
    labels.push(question.toString("latin1", at + 1, at + 1 + (question[at] ?? 0)));
  }
  return labels.join(".").toLowerCase();
}

function answerTo(question: Buffer, name: string, values: readonly string[] | undefined): Buffer {
  const end = 12 + name.length + 2 + 4;
  const head = Buffer.from(question.subarray(0, end));
  head.writeUInt16BE(values ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(values?.length ?? 0, 6);
  head.writeUInt32BE(0, 8);
  const records = (values ?? []).map((value) => {
    // A text of more than 255 bytes comes in several strings, as it does in the world.
    const parts = value.match(/[\s\S]{1,200}/g) ?? [""];
    const data = Buffer.concat(parts.map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])));
    const fixed = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 0, data.length >> 8, data.length & 0xff]);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([head, ...records]);
}
