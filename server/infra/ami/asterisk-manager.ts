import createManager, { type Message } from "asterisk-manager";

import { again, type Frame, renderAction } from "@/server/infra/ami/frames";
import type { AmiTransport, OpenTransport } from "@/server/infra/ami/transport";

const flat = (value: Message[string]): string => {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value[0] ?? "";
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${inner}`)
    .join(",");
};

const frameOf = (message: Message): Frame =>
  Object.fromEntries(
    Object.entries(message).flatMap(([name, value]) => [
      [name, flat(value)],
      ...(Array.isArray(value) ? [[again(name), value.at(-1) ?? ""]] : []),
    ]),
  );

/**
 * The one place that touches the package asterisk-manager. A manager serves one connection and is thrown away with it:
 * so it cannot play kept actions to the next connection, nor glue half a message of the last one to it. Its own
 * reconnecting and its answers by name are not used; both are done in connection.ts.
 */
export const openPackageTransport: OpenTransport = (target, handlers): AmiTransport => {
  const manager = createManager(0, target.host, target.username, target.secret, true);
  let over = false;
  let lastError = "the connection was closed";

  const finish = (reason: string) => {
    if (over) return;
    over = true;
    handlers.onClose(reason);
  };
  manager.on("error", (error: unknown) => {
    // Also what an answer with the id "error" arrives as, with nothing in it.
    if (error instanceof Error) lastError = error.message;
  });
  // The package lets messages from outside share the emitter with the socket's events, so "close" may be a lie.
  manager.on("close", () => {
    if (manager.isConnected() !== true) finish(lastError);
  });
  manager.on("rawevent", (message) => {
    if (!over) handlers.onFrame(frameOf(message));
  });
  manager.connect(target.port, target.host, () => {
    if (over) manager.disconnect();
    else handlers.onOpen();
  });

  return {
    login: (done) => manager.login((refused) => done(refused ? frameOf(refused)["message"] || "refused" : undefined)),
    send(actionId, fields) {
      renderAction(fields);
      if (over || manager.isConnected() !== true) throw new Error("the connection is not open");
      manager.action({ ...fields, actionid: actionId });
    },
    forget: (actionId) => manager.removeAllListeners(actionId),
    destroy(reason) {
      // While it is still dialling the package would lose the socket without ending it: the callback above ends it then.
      if (manager.isConnected() === true) manager.disconnect();
      finish(reason);
    },
  };
};
