import { connect, createServer, type Socket } from "node:net";

export type CutLink = Readonly<{
  port: number;
  /** Cuts the link when this text goes to the far end, before it is passed on, and keeps it cut. */
  cutAt: (text: string) => void;
  /** Lets connections through again. */
  mend: () => void;
  close: () => Promise<void>;
}>;

/** A wire to a port of this machine that can be cut in the middle of what is being said. */
export async function startCutLink(toPort: number): Promise<CutLink> {
  const sockets = new Set<Socket>();
  let cut = false;
  let at: string | undefined;
  const end = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((near) => {
    if (cut) {
      near.destroy();
      return;
    }
    const far = connect(toPort, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .on("close", () => {
          near.destroy();
          far.destroy();
        });
    }
    far.pipe(near);
    near.on("data", (chunk) => {
      if (at !== undefined && chunk.toString().includes(at)) {
        cut = true;
        at = undefined;
        end();
      } else far.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    cutAt: (text) => {
      at = text;
    },
    mend: () => {
      cut = false;
    },
    close: async () => {
      end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
