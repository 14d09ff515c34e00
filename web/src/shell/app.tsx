/**
 * Shows the login form or the page of the session. The component checks the session at the start and detects the end of the
 * session.
 */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Session } from "../../../daemon/contract/admin/key.ts";
import { ApiError, createClient } from "../../../daemon/contract/client.ts";
import { Login } from "./login.tsx";
import { MissionControl } from "./mission-control.tsx";

type State = { kind: "asking" } | { kind: "out"; notice?: string } | { kind: "in"; session: Session };

export function App() {
  const [state, setState] = useState<State>({ kind: "asking" });
  const csrfToken = useRef<string>(undefined);
  csrfToken.current = state.kind === "in" ? state.session.csrfToken : undefined;

  const client = useMemo(
    () =>
      createClient({
        baseUrl: "",
        headers: (): Record<string, string> => (csrfToken.current === undefined ? {} : { "x-csrf-token": csrfToken.current }),
        fetch: async (...request) => {
          const response = await fetch(...request);
          // When the session has ended, the login form appears, because every request of the page would fail.
          if (response.status === 401) {
            setState((was) => (was.kind === "in" ? { kind: "out", notice: "The session has ended. Log in again." } : was));
          }
          return response;
        },
      }),
    [],
  );

  useEffect(() => {
    client.whoami().then(
      (session) => setState({ kind: "in", session }),
      (error: unknown) =>
        setState(
          error instanceof ApiError && error.status === 401 ? { kind: "out" } : { kind: "out", notice: "The daemon does not respond." },
        ),
    );
  }, [client]);

  switch (state.kind) {
    case "asking":
      return <p className="asking">Connecting…</p>;
    case "out":
      return <Login client={client} notice={state.notice} onLogin={(session) => setState({ kind: "in", session })} />;
    case "in":
      return (
        <MissionControl
          client={client}
          session={state.session}
          onLogout={async () => {
            await client.logout();
            setState({ kind: "out", notice: "You are logged out." });
          }}
        />
      );
  }
}
