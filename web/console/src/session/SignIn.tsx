import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { Brand } from "../app/Brand.tsx";
import { useStore } from "../service/store.ts";
import { Icon } from "../ui/Icon.tsx";
import { session, signIn } from "./session.ts";

export function SignIn() {
  const { reason } = useStore(session);
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();

  useEffect(() => {
    document.title = "Sign in · Mentoring";
    if (reason !== null) heading.current?.focus();
  }, [reason]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = token.replace(/^\s*Bearer\s+/i, "").trim();
    if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(given)) signIn(given);
    else setWrong("This is not a token. It has three parts with dots in between.");
  };

  return (
    <main className="alone">
      <Brand />
      <h1 ref={heading} tabIndex={-1}>
        Sign in
      </h1>
      {reason !== null && (
        <div className="panel notice" role="alert">
          <p>{sentence(reason)}</p>
          <p>Paste a new one below. You come back to where you were.</p>
        </div>
      )}
      <form className="panel form" onSubmit={submit} noValidate>
        <div className="field">
          <label htmlFor={id}>Token</label>
          <p id={`${id}-hint`} className="hint">
            The one that your organisation gave you. The demo prints one for a mentee and one for a mentor.
          </p>
          <textarea
            id={id}
            className="token"
            rows={4}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={token}
            aria-required="true"
            aria-invalid={wrong !== null}
            aria-describedby={wrong === null ? `${id}-hint` : `${id}-hint ${id}-wrong`}
            onChange={(event) => setToken(event.target.value)}
          />
          <p id={`${id}-wrong`} className="wrong" role="alert" hidden={wrong === null}>
            {wrong}
          </p>
        </div>
        <button type="submit" className="button primary">
          Sign in
        </button>
        <p className="hint with-icon">
          <Icon name="check" />
          Kept for this tab alone, and gone once you sign out or close it.
        </p>
      </form>
    </main>
  );
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
