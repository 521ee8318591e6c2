declare module "asterisk-manager" {
  /** Values are lists when a header came more than once, and objects for "Variable" headers. */
  export type Message = Record<string, string | string[] | Record<string, string>>;
  type Manager = {
    on(event: "rawevent", listener: (message: Message) => void): void;
    on(event: "error" | "close", listener: (error: unknown) => void): void;
    removeAllListeners(event: string): void;
    connect(port: number, host: string, done?: () => void): void;
    login(done: (refused?: Message) => void): void;
    action(fields: Record<string, string>, done?: () => void): string;
    isConnected(): boolean | undefined;
    disconnect(done?: () => void): void;
    readonly options: { username: string; password: string };
  };
  /** Port 0 makes a manager that waits for connect(). */
  export default function createManager(
    port: number,
    host: string,
    username: string,
    secret: string,
    events: boolean,
  ): Manager;
}
