import { useEffect, useState } from "react";

import { takeFragment } from "../session/fragment.ts";

const SIDES = ["mentee", "mentor"] as const;

/** Two people side by side, each in a frame with a session of its own: what one does, the other sees arrive. */
export function Demo() {
  // Handed on once. A reload finds them in the frames' own storage.
  const [tokens] = useState(() => takeFragment(...SIDES));
  useEffect(() => {
    document.title = "Two people side by side · Mentoring";
  }, []);

  return (
    <main className="demo">
      <h1 className="unseen">Two people side by side</h1>
      {SIDES.map((side, place) => {
        const token = tokens[place];
        return (
          <section key={side} aria-label={`The ${side}`}>
            <h2>The {side}</h2>
            <iframe name={side} title={`The ${side}'s console`} src={token ? `/#token=${encodeURIComponent(token)}` : "/"} />
          </section>
        );
      })}
    </main>
  );
}
