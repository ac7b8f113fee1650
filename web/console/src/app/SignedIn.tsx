import { useState } from "react";
import { Provider } from "urql";

import { LiveContext } from "../live/LiveContext.ts";
import { Live } from "../live/live.ts";
import { Start } from "./Start.tsx";

export function SignedIn({ token }: { token: string }) {
  const [live] = useState(() => new Live(token));
  return (
    <Provider value={live.client}>
      <LiveContext value={live}>
        <Start />
      </LiveContext>
    </Provider>
  );
}
