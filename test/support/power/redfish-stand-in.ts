/**
 * A simulated Redfish service, written from DSP0266 (protocol) and the ComputerSystem schema of DSP0268. It
 * is not a BMC of any vendor. Tests against it show that Muster follows these documents, not that every real
 * service does.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export const REDFISH_USER = "muster";
export const REDFISH_PASSWORD = "redfish-password";

export interface StandInOptions {
  sessions?: boolean;
  systems?: string[];
  allowed?: string[];
  tls?: { key: string; cert: string };
  /** The machine accepts the command but does not change. */
  stubborn?: boolean;
}

export interface RedfishStandIn {
  url: string;
  port: number;
  power: string;
  resets: string[];
  openSessions: Set<string>;
  close(): void;
}

const usual = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "PowerCycle"];

export async function startRedfish(options: StandInOptions = {}): Promise<RedfishStandIn> {
  const { sessions = true, systems = ["1"], allowed = usual, tls, stubborn = false } = options;
  const state: RedfishStandIn = { url: "", port: 0, power: "Off", resets: [], openSessions: new Set(), close: () => undefined };

  const listener: RequestListener = (request, response) => void answer(request, response);
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    const path = (request.url ?? "").replace(/\/$/, "");
    const say = (status: number, what?: object, headers = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", "odata-version": "4.0", ...headers })
        .end(what && JSON.stringify(what));
    const complain = (status: number, id: string, Message: string) =>
      say(status, {
        error: { code: `Base.1.8.${id}`, message: "See @Message.ExtendedInfo.", "@Message.ExtendedInfo": [{ MessageId: id, Message }] },
      });

    if (path === "/redfish/v1")
      return void say(200, {
        "@odata.id": "/redfish/v1/",
        RedfishVersion: "1.15.0",
        Systems: { "@odata.id": "/redfish/v1/Systems" },
        ...(sessions && { Links: { Sessions: { "@odata.id": "/redfish/v1/SessionService/Sessions" } } }),
      });
    if (path === "/redfish/v1/SessionService/Sessions" && request.method === "POST" && sessions) {
      if (body.UserName !== REDFISH_USER || body.Password !== REDFISH_PASSWORD)
        return void complain(
          401,
          "ResourceAtUriUnauthorized",
          "While accessing the session service, the service received an authorization error.",
        );
      const token = randomUUID();
      state.openSessions.add(token);
      return void say(201, { Id: token }, { "x-auth-token": token, location: `/redfish/v1/SessionService/Sessions/${token}` });
    }
    const basic = `Basic ${Buffer.from(`${REDFISH_USER}:${REDFISH_PASSWORD}`).toString("base64")}`;
    const known = sessions ? state.openSessions.has(String(request.headers["x-auth-token"])) : request.headers.authorization === basic;
    if (!known) return void complain(401, "NoValidSession", "There is no valid session established with the implementation.");
    if (request.method === "DELETE") {
      state.openSessions.delete(path.split("/").at(-1) ?? "");
      return void say(204);
    }
    if (path === "/redfish/v1/Systems")
      return void say(200, { Members: systems.map((id) => ({ "@odata.id": `/redfish/v1/Systems/${id}` })) });
    const [, id = "", action] = /^\/redfish\/v1\/Systems\/([^/]+)(\/Actions\/ComputerSystem\.Reset)?$/.exec(path) ?? [];
    if (!systems.includes(id)) return void complain(404, "ResourceMissingAtURI", `The resource at the URI ${path} was not found.`);
    if (action === undefined)
      return void say(200, {
        "@odata.type": "#ComputerSystem.v1_20_0.ComputerSystem",
        Id: id,
        PowerState: state.power,
        Actions: {
          "#ComputerSystem.Reset": {
            target: `/redfish/v1/Systems/${id}/Actions/ComputerSystem.Reset`,
            "ResetType@Redfish.AllowableValues": allowed,
          },
        },
      });
    const type = String(body.ResetType);
    if (!allowed.includes(type)) return void complain(400, "ActionParameterNotSupported", `The parameter ResetType does not take ${type}.`);
    state.resets.push(type);
    const after = type.endsWith("Off") ? "Off" : "On";
    // A real service reports the state in between during a transition.
    if (!stubborn) {
      state.power = after === "On" ? "PoweringOn" : "PoweringOff";
      setTimeout(() => (state.power = after), 200);
    }
    say(204);
  }

  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  state.port = (server.address() as AddressInfo).port;
  state.url = `${tls ? "https" : "http"}://127.0.0.1:${state.port}`;
  state.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return state;
}
