/** Shows the settings: the panels of several areas on one page. */

import { KeysPanel } from "../admin/keys-panel.tsx";
import { NotificationsPanel } from "../admin/notifications-panel.tsx";
import { ServicesPanel } from "../cluster/services-panel.tsx";
import { TokensPanel } from "../machines/enrol/tokens-panel.tsx";
import { QuirksPanel } from "../netboot/quirks-panel.tsx";
import { CliPanel } from "../parts/text/cli-panel.tsx";

const commands = [
  "muster key list",
  "muster key create --name NAME --role operator --owner PERSON --expires 90d",
  "muster token create --ttl 1h --uses 1",
  "muster alerts",
  "muster quirks",
];

export function SettingsPage() {
  return (
    <article className="detail settings">
      <h1>Settings</h1>
      <ServicesPanel />
      <KeysPanel />
      <TokensPanel />
      <NotificationsPanel />
      <QuirksPanel />
      <CliPanel commands={commands} />
    </article>
  );
}
