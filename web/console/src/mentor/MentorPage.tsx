import { NotFoundPage } from "../app/NotFoundPage.tsx";
import { useData } from "../service/useData.ts";
import { ConnectDialog } from "../find/ConnectDialog.tsx";
import { Explained } from "../find/Explained.tsx";
import { MentorCardDocument, type UnlistedCode } from "../generated/graphql.ts";
import { Legend } from "../ui/Legend.tsx";
import { Loaded } from "../ui/Loaded.tsx";
import { Page } from "../ui/Page.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Ring } from "../ui/Ring.tsx";
import { Tags } from "../ui/Tags.tsx";
import { useDialog } from "../ui/dialogs.tsx";
import { NotifyButton } from "./NotifyButton.tsx";
import { Offered } from "./Offered.tsx";

const NEVER: ReadonlySet<UnlistedCode> = new Set([
  "YOURSELF",
  "ALREADY_ASKED",
  "ALREADY_YOUR_MENTOR",
  "MENTORING_DISABLED",
]);

/** One mentor, findable or not: what they offer, how they suit, and what keeps them off the list. */
export function MentorPage({ id }: { id: string }) {
  const answer = useData(MentorCardDocument, { id });
  const open = useDialog();
  const mentor = answer.data?.mentor;
  if (answer.data && !mentor) return <NotFoundPage what="mentor" />;
  return (
    <Page title={mentor?.person.name ?? "Mentor"} lead={mentor ? <PersonLine person={mentor.person} /> : <p> </p>}>
      <Loaded answer={answer}>
        {({ viewer }) => {
          if (!mentor) return null;
          const { match } = mentor;
          const barred = match.unlistedReasons.some((reason) => NEVER.has(reason.code));
          const waiting = viewer.availabilityWatches?.some((watch) => watch.mentor.id === mentor.id) ?? false;
          return (
            <>
              <section className="panel" aria-labelledby="suits">
                <h2 id="suits">How they suit you</h2>
                <div className="role-summary">
                  <Ring value={match.percent} label="Match" />
                  <div>
                    {match.unlistedReasons.length === 0 && <p>They can be asked today.</p>}
                    <ul className="plain">
                      {match.unlistedReasons.map((reason) => (
                        <li key={reason.code}>{reason.message}</li>
                      ))}
                    </ul>
                    <div className="buttons">
                      {mentor.available && !barred && (
                        <button
                          type="button"
                          className="button primary"
                          onClick={() => open((close) => <ConnectDialog mentor={mentor} onClose={close} />)}
                        >
                          Connect
                        </button>
                      )}
                      {(waiting || (!mentor.available && !barred)) && <NotifyButton mentorId={id} waiting={waiting} />}
                    </div>
                  </div>
                </div>
                {match.gaps.length > 0 && (
                  <>
                    <Legend coverage held="you hold" />
                    <Explained match={match} />
                  </>
                )}
              </section>
              <section className="panel" aria-labelledby="offers">
                <h2 id="offers">What they offer</h2>
                {mentor.options.length ? (
                  <Tags options={mentor.options} shared={match.sharedOptions} />
                ) : (
                  <p>They have left the search.</p>
                )}
                <p className="meta">
                  Mentees now: {mentor.activeMentees}
                  {typeof mentor.capacity === "number" && ` of ${mentor.capacity}`}
                  {mentor.paused && ", taking a break from new requests"}
                </p>
                <Offered skills={mentor.skills} />
              </section>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
