import { NotFoundPage } from "../app/NotFoundPage.tsx";
import { useData } from "../service/useData.ts";
import { OneRequestDocument } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { RequestCard } from "./RequestCard.tsx";

/** One request: where mails and toasts lead. */
export function RequestPage({ id }: { id: string }) {
  const answer = useData(OneRequestDocument, { id });
  const node = answer.data?.node;
  const request = node?.__typename === "MentorRequest" ? node : null;
  if (answer.data && !request) return <NotFoundPage what="request" />;
  const received = request?.mentee.id !== answer.data?.viewer.id;
  const other = received ? request?.mentee : request?.mentor.person;
  const title = other ? (received ? `Request from ${other.name}` : `Request to ${other.name}`) : "Request";
  return (
    <Page
      title={title}
      lead={
        <p>
          <Link to={received ? "/requests?box=received" : "/requests?box=sent"}>All requests</Link>
        </p>
      }
    >
      <Loaded answer={answer} rows={1}>
        {({ viewer }) => request && <RequestCard request={request} viewerId={viewer.id} heading="h2" open />}
      </Loaded>
    </Page>
  );
}
