/** Shows instructions for the first machine while the fleet is empty. */
import type { DaemonStatus } from "../../live/view.ts";

export function EmptyFleet({ dhcpMode }: { dhcpMode: DaemonStatus["dhcpMode"] | undefined }) {
  return (
    <section className="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">No machine has asked to boot yet</h2>
      {dhcpMode === "off" && (
        <p className="notice">
          This daemon does not answer DHCP: <code>netboot.dhcp</code> is <code>off</code>. Set it to <code>proxy</code> in{" "}
          <code>muster.yaml</code> and start Muster again, or let your own DHCP server point machines here.
        </p>
      )}
      <ol>
        <li>
          Connect a machine to the same LAN as this daemon and set it to <strong>network boot</strong> (PXE) in its firmware, before the
          disk.
        </li>
        <li>
          Switch it on. The machine appears here within seconds, without a reload of the page. Muster does not change the machine's disk.
        </li>
        <li>
          Accept, arm and restart the machine. Muster then installs the machine. Each arming permits Muster to erase the machine's disk one
          time.
        </li>
      </ol>
      <p className="soft">
        Nothing appears? <code>muster doctor</code> on the control node checks the network and the boot files.{" "}
        <code>muster explain &lt;mac&gt;</code> shows the answer that a machine would get, and the reason.
      </p>
    </section>
  );
}
