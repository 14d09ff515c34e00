/** What the machine and the boot servers said to each other at its last boots, as a file for Wireshark. */
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
    // Not at once: some browsers read it only after the click is over.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <>
      <ActionButton busy={busy} onClick={() => void attempt(download)}>
        Download its boot packets
      </ActionButton>
      <Problem problem={problem} />
    </>
  );
}
