import { createSocket } from "node:dgram";

/** A socket for the sound of one call. It throws away what arrives; it may send silence, so that the other side hears a line. */
export type SipMedia = Readonly<{
  offer: string;
  /** Packets that have arrived. */
  received(): number;
  /** Starts to send silence to where the other side's description says. */
  sendSilence(remoteDescription: string): void;
  close(): void;
}>;

const PACKET_MS = 20;
const SAMPLES = 160;

export async function openMedia(host: string, sessionId: number): Promise<SipMedia> {
  const socket = createSocket("udp4");
  let received = 0;
  let timer: NodeJS.Timeout | undefined;
  socket.on("message", () => {
    received += 1;
  });
  socket.on("error", () => {});
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const { port } = socket.address();
  const lines = [
    "v=0",
    `o=- ${sessionId} ${sessionId} IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 0 8 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=ptime:20",
    "a=sendrecv",
  ];
  return {
    offer: `${lines.join("\r\n")}\r\n`,
    received: () => received,
    sendSilence(remoteDescription) {
      const target = mediaTarget(remoteDescription);
      if (!target || timer) return;
      const packet = Buffer.alloc(12 + SAMPLES, 0xff);
      packet[0] = 0x80;
      packet[1] = 0;
      packet.writeUInt32BE(sessionId % 0xffffffff, 8);
      let sequence = 0;
      timer = setInterval(() => {
        sequence += 1;
        packet.writeUInt16BE(sequence % 65_536, 2);
        packet.writeUInt32BE((sequence * SAMPLES) % 0xffffffff, 4);
        socket.send(packet, target.port, target.host);
      }, PACKET_MS);
    },
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}

function mediaTarget(description: string): { host: string; port: number } | undefined {
  const host = /^c=IN IP4 (\d+\.\d+\.\d+\.\d+)/m.exec(description)?.[1];
  const port = Number(/^m=audio (\d+) /m.exec(description)?.[1]);
  return host && port > 0 ? { host, port } : undefined;
}
