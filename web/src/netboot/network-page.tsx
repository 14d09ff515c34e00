/** Shows the boot networks with DHCP mode, subnets, addresses, reservations and other DHCP servers. */
import { PROXY_ARP_ADVICE, proxyArpText } from "../../../daemon/contract/netboot/arp-proxy.ts";
import type { LeaseView, Network } from "../../../daemon/contract/netboot/network.ts";
import { ActionButton } from "../parts/action-button.tsx";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { nodeHref } from "../parts/route.ts";
import { Sheet } from "../parts/sheet.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { bySetAside, isSetAside, modeWords, offerText, stateTone, verdictOf } from "./network-words.ts";
import { useNetwork } from "./use-network.ts";

/** The maximum number of leases on the page. The command `muster leases` lists all leases. */
const MOST_LEASES = 300;

export function NetworkPage() {
  const { clock } = usePage();
  const { network, problem, refresh } = useNetwork();
  if (!network) return problem ? <Problem problem={problem} /> : <p className="asking">Loading the network…</p>;
  const verdict = verdictOf(network, clock.nowMs());
  return (
    <article className="detail network">
      <header className={`detail-head tone-${verdict.tone}`}>
        <h1>{verdict.title}</h1>
        <p className="verdict-text soft">{verdict.text}</p>
      </header>
      <Problem problem={problem} />
      <Interfaces network={network} />
      <Addresses network={network} refresh={refresh} />
      <Reservations network={network} />
      <ArpProxies network={network} />
      <OtherServers network={network} />
    </article>
  );
}

function Interfaces({ network: { interfaces, subnets } }: { network: Network }) {
  return (
    <>
      {interfaces.length > 0 && (
        <Sheet
          title="Interfaces"
          columns={["Interface", "Address", "Network", "DHCP"]}
          rows={interfaces.map((each) => ({
            key: each.interface,
            cells: [each.interface, each.address, each.network, modeWords[each.mode]],
          }))}
        />
      )}
      {subnets.length > 0 && (
        <Sheet
          title="Subnets"
          columns={["Subnet", "Link", "Ranges", "Leased", "Withheld", "Router"]}
          rows={subnets.map(({ subnet, link, ranges, size, leased, setAside, router }) => ({
            key: subnet,
            cells: [
              subnet,
              link,
              ranges.map(({ from, to }) => (from === to ? from : `${from} – ${to}`)).join(", "),
              `${leased} of ${size}`,
              String(setAside),
              router,
            ],
          }))}
        />
      )}
    </>
  );
}

function Addresses({ network: { subnets, leases }, refresh }: { network: Network; refresh: () => Promise<void> }) {
  if (subnets.length === 0 && leases.length === 0) return null;
  const shown = bySetAside(leases).slice(0, MOST_LEASES);
  const left = leases.length - shown.length;
  return (
    <Sheet
      title="Addresses"
      count={leases.length}
      columns={["Address", "State", "Machine", "MAC address", "Until", "Reason"]}
      rows={shown.map((lease) => ({
        key: lease.address,
        cells: [
          lease.address,
          <span key="state" className={`badge tone-${stateTone[lease.state]}`}>
            {lease.state}
          </span>,
          <Machine key="machine" of={lease} />,
          lease.mac ?? "",
          <Ago key="until" at={lease.until} />,
          isSetAside(lease) ? <SetAside key="why" lease={lease} refresh={refresh} /> : "",
        ],
      }))}
      {...(leases.length === 0 && { note: "No address is leased, declined or in conflict." })}
      {...(left > 0 && { note: `${left} more are not shown. muster leases lists all.` })}
    />
  );
}

function Machine({ of: { node, hostname } }: { of: { node?: string | undefined; hostname?: string | undefined } }) {
  return node === undefined ? hostname : <a href={nodeHref(node)}>{node}</a>;
}

function SetAside({ lease: { address, why }, refresh }: { lease: LeaseView; refresh: () => Promise<void> }) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const release = () =>
    attempt(async () => {
      await client.releaseAddress({ address });
      await refresh();
    });
  return (
    <div className="set-aside">
      <span>{why}</span>
      <ActionButton busy={busy} aria-label={`Release ${address}`} onClick={() => void release()}>
        {busy ? "Releasing…" : "Release"}
      </ActionButton>
      <Problem problem={problem} />
    </div>
  );
}

function Reservations({ network: { reservations } }: { network: Network }) {
  if (reservations.length === 0) return null;
  return (
    <Sheet
      title="Reservations"
      count={reservations.length}
      columns={["Address", "MAC address", "Machine", "State"]}
      rows={reservations.map(({ address, mac, node, leased }) => ({
        key: `${mac} ${address}`,
        cells: [address, mac, <Machine key="machine" of={{ node, hostname: undefined }} />, leased ? "leased" : "not leased"],
      }))}
    />
  );
}

function ArpProxies({ network: { arpProxies } }: { network: Network }) {
  if (!arpProxies) return null;
  return (
    <Sheet
      title="Proxy ARP"
      columns={["Neighbour", "Last seen"]}
      rows={arpProxies.map((proxy) => ({
        key: `${proxy.interface} ${proxy.mac}`,
        cells: [proxyArpText(proxy), <Ago key="seen" at={proxy.lastSeen} />],
      }))}
      note={PROXY_ARP_ADVICE}
    />
  );
}

function OtherServers({ network: { otherServers } }: { network: Network }) {
  return (
    <Sheet
      title="Other DHCP servers seen"
      count={otherServers.length}
      columns={["Server", "MAC address", "Last seen", "Offers"]}
      rows={otherServers.map((server) => ({
        key: server.address,
        cells: [server.address, server.mac ?? "", <Ago key="seen" at={server.lastSeen} />, offerText(server)],
      }))}
      {...(otherServers.length === 0 && { note: "None so far. Muster does not see DHCP offers that a server sends to only one machine." })}
    />
  );
}
