import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { FrameParser, renderAction } from "@/server/infra/ami/frames";
import type { AmiTransport, OpenTransport } from "@/server/infra/ami/transport";

/** The product's own socket and parser: used where the link is encrypted, which the package cannot do. */
export const openSocketTransport: OpenTransport = (target, handlers): AmiTransport => {
  let over = false;
  let lastError = "the connection was closed";
  let onLogin: ((refusal: string | undefined) => void) | undefined;

  const parser = new FrameParser((frame) => {
    if (onLogin && frame["actionid"] === "login" && frame["response"]) {
      const done = onLogin;
      onLogin = undefined;
      done(frame["response"].toLowerCase() === "success" ? undefined : frame["message"] || "refused");
    }
    if (!over) handlers.onFrame(frame);
  });

  const socket = open(target, () => handlers.onOpen());
  socket.setKeepAlive(true).setNoDelay(true).setEncoding("utf8");
  const finish = (reason: string) => {
    if (over) return;
    over = true;
    socket.destroy();
    handlers.onClose(reason);
  };
  socket.on("error", (error) => {
    lastError = error.message;
  });
  socket.on("close", () => finish(lastError));
  socket.on("data", (text: string) => {
    try {
      parser.push(text);
    } catch (error) {
      finish(error instanceof Error ? error.message : "unreadable");
    }
  });

  const send = (actionId: string, fields: Readonly<Record<string, string>>) => {
    const text = renderAction({ ...fields, actionid: actionId });
    if (over || socket.readyState !== "open") throw new Error("the connection is not open");
    socket.write(text);
  };
  return {
    login(done) {
      onLogin = done;
      send("login", { action: "Login", username: target.username, secret: target.secret });
    },
    send,
    forget: () => {},
    destroy: finish,
  };
};

function open(target: Parameters<OpenTransport>[0], onOpen: () => void): Socket {
  if (target.tls === false) return connectTcp({ host: target.host, port: target.port }).on("connect", onOpen);
  const ca = target.tls === true ? {} : { ca: target.tls.ca };
  return connectTls({ host: target.host, port: target.port, minVersion: "TLSv1.2", ...ca }).on("secureConnect", onOpen);
}
