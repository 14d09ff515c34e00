/** Downloads the packets of the last network boots of a machine as a file for Wireshark. */
import { ActionButton } from "../parts/action-button.tsx";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";

export function CaptureDownload({ node, name }: { node: string; name: string }) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const download = async () => {
    const bytes = await client.captureNode({ node });
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/vnd.tcpdump.pcap" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.pcap`;
    link.click();
    // Some browsers read the file only after the click, so the address of the file is revoked later.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <>
      <ActionButton busy={busy} onClick={() => void attempt(download)}>
        Download boot packets
      </ActionButton>
      <Problem problem={problem} />
    </>
  );
}
