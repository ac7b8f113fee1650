import type { RequestStatus } from "../generated/graphql.ts";

const WORDS: Record<RequestStatus, string> = {
  PENDING: "Waiting",
  ACCEPTED: "Accepted",
  DECLINED: "Declined",
  WITHDRAWN: "Withdrawn",
  EXPIRED: "Expired",
};

export function Status({ status }: { status: RequestStatus }) {
  return <span className={`status ${status.toLowerCase()}`}>{WORDS[status]}</span>;
}
