import { createSocket, type Socket } from "node:dgram";

const bound = (socket: Socket, address: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.once("error", reject).bind(0, address, () => resolve(socket));
  });

/**
 * A port whose packets go on to `target` from the address `from`, and the answers back to whoever sent last. For programs
 * that cannot choose the address they come from.
 */
export async function relayFrom(from: string, target: number): Promise<{ port: number; close: () => void }> {
  const near = await bound(createSocket("udp4"), "127.0.0.1");
  const far = await bound(createSocket("udp4"), from);
  let sender: { port: number; address: string } | undefined;
  near.on("message", (packet, { port, address }) => {
    sender = { port, address };
    far.send(packet, target, "127.0.0.1");
  });
  far.on("message", (packet) => sender && near.send(packet, sender.port, sender.address));
  return {
    port: near.address().port,
    close: () => {
      near.close();
      far.close();
    },
  };
}
