/** A connection to a Consul or Nomad agent: its address, its token and its certificates. Nothing is sent when it is opened. */
import { readFileSync } from "node:fs";
import { Agent, buildConnector, type Dispatcher } from "undici";
import type { ClusterService } from "../../errors/cluster-failures.ts";

export interface TlsFiles {
  /** The certificate authority that signed the certificate of the agent. */
  caFile?: string | undefined;
  certificateFile?: string | undefined;
  keyFile?: string | undefined;
  /** The name in the certificate of the agent, such as `server.global.nomad`, if it is not the name in the address. */
  serverName?: string | undefined;
}

export interface Access {
  url: string;
  /** A function is called for each request, so that a new token takes effect without a restart. */
  token?: string | (() => string | undefined) | undefined;
  /** The setting that names the file of the token. Messages about a missing permission show it. */
  tokenSetting?: string | undefined;
  tls?: TlsFiles | undefined;
}

export interface ClusterConnection<Service extends ClusterService = ClusterService> {
  readonly service: Service;
  readonly url: string;
  readonly tokenSetting: string;
  readonly dispatcher: Dispatcher;
  token(): string | undefined;
  /** Ends all requests of this connection. */
  close(): Promise<void>;
}

/** An agent on another machine answers the handshake within this time, or it is unreachable. */
const CONNECT_MS = 5000;

export function openConnection<Service extends ClusterService>(service: Service, access: Access): ClusterConnection<Service> {
  const { url, token, tls, tokenSetting = `cluster.${service.toLowerCase()}.token_file` } = access;
  const dispatcher = new Agent({
    // Blocking queries and streams wait for minutes. Each request has a time limit of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, done) => connectorFor(tls)(options, done),
  });
  return {
    service,
    url: url.replace(/\/+$/, ""),
    tokenSetting,
    dispatcher,
    token: typeof token === "function" ? token : () => token,
    close: () => dispatcher.destroy(),
  };
}

/** The files are read for each new connection, because certificates are renewed while the daemon runs. */
function connectorFor(tls: TlsFiles | undefined): buildConnector.connector {
  const { caFile, certificateFile, keyFile, serverName } = tls ?? {};
  return buildConnector({
    timeout: CONNECT_MS,
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    ...(certificateFile !== undefined && { cert: readFileSync(certificateFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
    ...(serverName !== undefined && { servername: serverName }),
  });
}
