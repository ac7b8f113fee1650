import { useEffect, useRef, useState } from "react";

import { useStore } from "../service/store.ts";
import { useLive } from "../live/LiveContext.ts";
import type { Connection } from "../live/live.ts";
import { useSeconds } from "./useSeconds.ts";

const SPOKEN = {
  live: "Connected again. What came meanwhile is here.",
  waiting: "The connection was lost. Trying again.",
  offline: "You are offline. The page goes on by itself once you are back.",
};

/** Whether news arrive by themselves. Changes are read out, seconds are not. */
export function ConnectionState() {
  const live = useLive();
  const connection = useStore(live.connection);
  const seconds = useSeconds(connection.state === "waiting" ? connection.until : null);
  const spoken = useSpoken(connection);

  return (
    <div className={`connection ${connection.state}`}>
      <i className="dot" aria-hidden="true" />
      <span className="connection-text">{textOf(connection, seconds)}</span>
      {connection.state === "waiting" && seconds > 2 && (
        <button type="button" className="quiet" onClick={live.hurry}>
          Now
          <span className="unseen">: try to connect now</span>
        </button>
      )}
      <span className="unseen" role="status">
        {spoken}
      </span>
    </div>
  );
}

function textOf(connection: Connection, seconds: number): string {
  switch (connection.state) {
    case "live":
      return "Connected";
    case "offline":
      return "Offline";
    case "waiting":
      return seconds > 0 ? `Reconnecting in ${seconds} s` : "Reconnecting…";
    case "connecting":
      return "Connecting…";
  }
}

function useSpoken({ state }: Connection): string {
  const lost = useRef(false);
  const [spoken, setSpoken] = useState("");
  useEffect(() => {
    if (state === "connecting") return;
    if (state !== "live") {
      lost.current = true;
      setSpoken(SPOKEN[state]);
    } else if (lost.current) {
      lost.current = false;
      setSpoken(SPOKEN.live);
    }
  }, [state]);
  return spoken;
}
