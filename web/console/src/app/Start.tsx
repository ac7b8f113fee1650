import { useEffect, useRef } from "react";

import { useData } from "../service/useData.ts";
import { StartDocument } from "../generated/graphql.ts";
import { useLive } from "../live/LiveContext.ts";
import { Failure } from "../ui/Failure.tsx";
import { Shell } from "./Shell.tsx";

/** Who is signed in, and what waits for them. Listening begins where this was read, so that nothing falls between. */
export function Start() {
  const live = useLive();
  const answer = useData(StartDocument, {});
  const start = answer.data;
  const first = useRef(start);
  if (first.current === undefined) first.current = start;

  const person = start?.viewer.id;
  useEffect(() => {
    const begun = first.current;
    if (person === undefined || begun === undefined) return undefined;
    return live.start(person, begun.latestCursor, begun.unread.nodes.map((entry) => entry.id));
  }, [live, person]);

  if (start === undefined && answer.failure !== null) {
    return (
      <main className="alone">
        <h1>Mentoring</h1>
        <Failure message={answer.failure} onRetry={answer.retry} />
      </main>
    );
  }
  return <Shell start={start} />;
}
