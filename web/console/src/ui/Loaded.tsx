import type { ReactNode } from "react";

import type { Answer } from "../service/useData.ts";
import { Failure } from "./Failure.tsx";
import { Skeleton } from "./Skeleton.tsx";

interface Props<Data> {
  answer: Answer<Data>;
  rows?: number;
  children: (data: Data) => ReactNode;
}

/** What was answered; until then its outline, or else why not. */
export function Loaded<Data>({ answer, rows = 3, children }: Props<Data>) {
  if (answer.data !== undefined) return <>{children(answer.data)}</>;
  if (answer.failure !== null) return <Failure message={answer.failure} onRetry={answer.retry} />;
  return <Skeleton rows={rows} />;
}
