/**
 * Stands in for the WS-Man service of Windows (MS-WSMV), as far as Ansible uses it: shells, commands, input and output. It is
 * not Windows and runs no PowerShell. It hands the module's arguments to the test and sends back the answer of the test.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface Answer {
  /** The output of the module, as PowerShell would send it. */
  stdout: string;
  exitCode: number;
}

export interface WsMan {
  port: number;
  /** The requests that were understood, such as `Create` and `Receive`. */
  seen: string[];
  /** The shells that are still open. */
  open: Set<string>;
}

interface WsManOptions {
  user: string;
  password: string;
  run(args: Record<string, unknown>): Answer;
}

const names =
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
  'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"';
const element = (xml: string, name: string): string => new RegExp(`<(?:\\w+:)?${name}\\b[^>]*>([^<]*)</`).exec(xml)?.[1] ?? "";

export async function startWsMan(t: TestContext, { user, password, run }: WsManOptions): Promise<WsMan> {
  const [seen, open] = [[] as string[], new Set<string>()];
  const input = new Map<string, Buffer[]>();
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  function bodyFor(action: string, xml: string): string {
    const command = /CommandId="([^"]+)"/.exec(xml)?.[1] ?? "";
    const shell = /Name="ShellId"[^>]*>([^<]+)</.exec(xml)?.[1] ?? "";
    switch (action) {
      case "Create": {
        const id = randomUUID();
        open.add(id);
        return `<rsp:Shell><rsp:ShellId>${id}</rsp:ShellId></rsp:Shell><w:SelectorSet><w:Selector Name="ShellId">${id}</w:Selector></w:SelectorSet>`;
      }
      case "Command": {
        const id = randomUUID();
        input.set(id, []);
        return `<rsp:CommandResponse><rsp:CommandId>${id}</rsp:CommandId></rsp:CommandResponse>`;
      }
      case "Send":
        input.get(command)?.push(Buffer.from(element(xml, "Stream"), "base64"));
        return "<rsp:SendResponse/>";
      case "Receive": {
        const { stdout, exitCode } = run(argumentsIn(Buffer.concat(input.get(command) ?? []).toString("utf8")));
        const stream = (name: string, text: string) =>
          `<rsp:Stream Name="${name}" CommandId="${command}">${Buffer.from(text).toString("base64")}</rsp:Stream>`;
        const done = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done";
        return `<rsp:ReceiveResponse>${stream("stdout", stdout)}${stream("stderr", "")}<rsp:CommandState CommandId="${command}" State="${done}"><rsp:ExitCode>${exitCode}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>`;
      }
      case "Delete":
        open.delete(shell);
        return "";
      default:
        return "";
    }
  }

  const server = createServer((request, response) => {
    void textOf(request).then((xml) => {
      response.setHeader("Server", "stand-in for WS-Man, not Windows");
      if (request.headers.authorization !== expected) return response.writeHead(401, { "WWW-Authenticate": "Basic" }).end();
      const action = element(xml, "Action").split("/").at(-1) ?? "";
      seen.push(action);
      const header = `<s:Header><a:RelatesTo>${element(xml, "MessageID")}</a:RelatesTo></s:Header>`;
      response.writeHead(200, { "Content-Type": "application/soap+xml;charset=UTF-8" });
      return response.end(`<s:Envelope ${names}>${header}<s:Body>${bodyFor(action, xml)}</s:Body></s:Envelope>`);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen, open };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** Ansible sends its PowerShell wrapper and, after four zero bytes, a manifest with the module and its arguments. */
function argumentsIn(sent: string): Record<string, unknown> {
  const manifest = JSON.parse(sent.split("\0\0\0\0")[1] ?? "{}") as { module_args?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(manifest.module_args ?? {}).filter(([name]) => !name.startsWith("_ansible")));
}
