/** Exchanges an API key for a session. The page keeps the key only in the form and never stores it. */
import { type SyntheticEvent, useState } from "react";
import type { Session } from "../../../daemon/contract/admin/key.ts";
import { ApiError, type Client } from "../../../daemon/contract/client.ts";
import { Hint } from "../parts/text/hint.tsx";

export function Login({ client, notice, onLogin }: { client: Client; notice: string | undefined; onLogin: (session: Session) => void }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<{ message: string; hint: string }>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      onLogin(await client.login({ key: key.trim() }));
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form className="login-form" onSubmit={submit}>
        <img className="login-mark" src="/muster.svg" alt="" width="44" height="44" />
        <h1>Muster</h1>
        <p className="soft">Mission Control. Log in with an API key of this daemon.</p>
        {notice !== undefined && !problem && <p className="notice">{notice}</p>}
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          required
          maxLength={200}
          value={key}
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? "key-problem" : undefined}
          onChange={(event) => setKey(event.target.value)}
        />
        {problem && (
          <p className="problem" id="key-problem" role="alert">
            <strong>{problem.message}</strong> <Hint text={problem.hint} />
          </p>
        )}
        <button className="primary" type="submit" disabled={busy}>
          {busy ? "Logging in…" : "Log in"}
        </button>
      </form>
    </main>
  );
}

function explain(error: unknown): { message: string; hint: string } {
  if (error instanceof ApiError && error.code === "KEY_INVALID")
    return { message: "The daemon does not accept this API key.", hint: error.hint };
  if (error instanceof ApiError) return { message: `${error.message}.`, hint: error.hint };
  return { message: "The daemon does not respond.", hint: "Start the daemon with `muster up` on the control node and try again." };
}
