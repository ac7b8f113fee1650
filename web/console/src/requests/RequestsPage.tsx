import { type RequestBox, RequestsDocument, type StartQuery } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { usePlace } from "../router/router.ts";
import { Empty } from "../ui/Empty.tsx";
import { Page } from "../ui/Page.tsx";
import { Pages } from "../ui/Pages.tsx";
import { RequestCard } from "./RequestCard.tsx";

const AT_ONCE = 10;

/** Requests to the viewer as a mentor, and requests of theirs. */
export function RequestsPage({ start }: { start: StartQuery }) {
  const { search } = usePlace();
  const mentors = start.viewer.mentorActions?.includes("MENTEE_REQUESTS") ?? false;
  const asked = search.get("box");
  const box: RequestBox = asked === "sent" || (asked === null && !mentors) ? "SENT" : "RECEIVED";
  return (
    <Page title="Requests" lead={<p>{box === "SENT" ? "Whom you have asked." : "Who asks you to be their mentor."}</p>}>
      <nav className="tabs" aria-label="Boxes">
        <Link to="/requests?box=received" aria-current={box === "RECEIVED" ? "page" : undefined}>
          Received
        </Link>
        <Link to="/requests?box=sent" aria-current={box === "SENT" ? "page" : undefined}>
          Sent
        </Link>
      </nav>
      <Pages
        key={box}
        query={RequestsDocument}
        variablesAt={(after) => ({ box, first: AT_ONCE, after })}
        pageOf={({ requests }) => ({
          nodes: requests.nodes,
          next: requests.pageInfo.hasNextPage ? (requests.pageInfo.endCursor ?? null) : null,
        })}
        concerns={[
          "RequestReceived",
          "RequestDecided",
          "RequestWithdrawn",
          "RequestExpired",
          "RequestDelayed",
          "RequestReminder",
          "MentorshipEnded",
        ]}
        row={(request) => <RequestCard key={request.id} request={request} viewerId={start.viewer.id} heading="h2" />}
        empty={box === "SENT" ? <NothingSent /> : <NothingReceived mentors={mentors} />}
      />
    </Page>
  );
}

function NothingSent() {
  return (
    <Empty title="You have asked nobody yet.">
      <p>Your list shows who could teach you what you lack.</p>
      <Link className="button primary" to="/find">
        Find a Mentor
      </Link>
    </Empty>
  );
}

function NothingReceived({ mentors }: { mentors: boolean }) {
  return (
    <Empty title="Nobody has asked you yet.">
      {mentors ? (
        <p>A request appears here by itself, the moment somebody asks.</p>
      ) : (
        <p>Requests come to those who mentor. The overview says whether you can.</p>
      )}
    </Empty>
  );
}
