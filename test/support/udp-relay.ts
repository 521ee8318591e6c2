import { createSocket, type Socket } from "node:dgram";

const bound = (socket: Socket, address: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.once("error", reject).bind(0, address, () => resolve(socket));
  });

/**
 * A port whose packets go on to `target` from the address `from`, and the answers back to whoever sent last. For programs
 * that cannot choose the address they come from. As from far away, whoever has heard the answer to its first packet hears the
 * next one when it has sent `packets`.
 */
export async function relayFrom(
  from: string,
  target: number,
  packets = 0,
): Promise<{ port: number; close: () => void }> {
  const near = await bound(createSocket("udp4"), "127.0.0.1");
  const far = await bound(createSocket("udp4"), from);
  let sender: { port: number; address: string } | undefined;
  let sent = 0;
  let onTheWay: Buffer[] = [];
  const arrive = () => {
    if (!sender || (sent > 1 && sent < packets)) return;
    for (const answer of onTheWay) near.send(answer, sender.port, sender.address);
    onTheWay = [];
  };
  near.on("message", (packet, { port, address }) => {
    sender = { port, address };
    sent += 1;
    far.send(packet, target, "127.0.0.1");
    arrive();
  });
  far.on("message", (packet) => {
    onTheWay.push(packet);
    arrive();
  });
  return {
    port: near.address().port,
    close: () => {
      near.close();
      far.close();
    },
  };
}
