import { useEffect, useRef, useState } from "react";

import type { Words } from "../live/entries.ts";
import { Link } from "../router/Link.tsx";
import { Icon } from "../ui/Icon.tsx";

interface Props {
  words: Words;
  onDismiss: () => void;
}

const STAYS_MS = 20_000;

/** One arrival. It goes by itself, though not from under somebody's pointer or focus; the log keeps it. */
export function Toast({ words, onDismiss }: Props) {
  const [held, setHeld] = useState(false);
  const dismiss = useRef(onDismiss);
  dismiss.current = onDismiss;

  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss.current(), STAYS_MS);
    return () => clearTimeout(timer);
  }, [held]);

  return (
    <div
      className="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div className="toast-words">
        <p className="toast-title">{words.title}</p>
        {words.text && <p className="toast-text">{words.text}</p>}
        {words.to && (
          <Link className="toast-link" to={words.to} onClick={onDismiss}>
            {words.action}
          </Link>
        )}
      </div>
      <button type="button" className="icon-button" onClick={onDismiss}>
        <Icon name="close" />
        <span className="unseen">Dismiss: {words.title}</span>
      </button>
    </div>
  );
}
