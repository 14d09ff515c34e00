/** Shows links to other services. The names of services are untrusted, and only web addresses become links. */
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Sheet } from "../parts/sheet.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { useAnswer } from "../parts/use-answer.ts";

export function ServicesPanel() {
  const { client } = usePage();
  const { answer: pages, problem } = useAnswer(() => client.webUis());
  return (
    <>
      <Sheet
        title="Other services"
        {...(pages && { count: pages.length })}
        columns={["Service", "Address", "State"]}
        rows={(pages ?? []).map(({ name, url, status, reason }) => ({
          key: `${name} ${url}`,
          cells: [
            name,
            /^https?:\/\//.test(url) ? (
              <a key="url" href={url} target="_blank" rel="noopener noreferrer">
                {url}
              </a>
            ) : (
              url
            ),
            status === undefined ? (
              ""
            ) : (
              <span key="now">
                <span className={`badge tone-${status === "reachable" ? "good" : "bad"}`}>{status}</span>{" "}
                {reason !== undefined && <Untrusted text={reason} />}
              </span>
            ),
          ],
        }))}
        {...(pages?.length === 0 && {
          note: "None is configured. In muster.yaml, add Consul and Nomad under cluster, and your own links under admin.links.",
        })}
      />
      <Problem problem={problem} />
    </>
  );
}
