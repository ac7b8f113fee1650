import type { MatchBasis, MatchCardFragment } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Meter } from "../ui/Meter.tsx";
import { PersonLine } from "../ui/PersonLine.tsx";
import { Ring } from "../ui/Ring.tsx";
import { Tags } from "../ui/Tags.tsx";
import { useDialog } from "../ui/dialogs.tsx";
import { ConnectDialog } from "./ConnectDialog.tsx";
import { Explained } from "./Explained.tsx";

interface Props {
  match: MatchCardFragment;
  basis: MatchBasis;
}

/** One mentor of the list. */
export function MatchCard({ match, basis }: Props) {
  const open = useDialog();
  const { mentor, skillPercent, preferencePercent } = match;
  const { person } = mentor;
  return (
    <article className="panel match" aria-label={person.name}>
      <div className="match-head">
        <Ring value={match.percent} label="Match" />
        <div className="match-who">
          <h3>
            <Link to={`/mentors/${mentor.id}`}>{person.name}</Link>
          </h3>
          <PersonLine person={person} />
          <div className="meters">
            {typeof skillPercent === "number" && <Meter label="Skills" value={skillPercent} />}
            {typeof preferencePercent === "number" && <Meter label="Preferences" value={preferencePercent} />}
          </div>
        </div>
        <button
          type="button"
          className="button primary"
          onClick={() => open((close) => <ConnectDialog mentor={mentor} onClose={close} />)}
        >
          Connect<span className="unseen"> with {person.name}</span>
        </button>
      </div>
      <Tags options={mentor.options} shared={match.sharedOptions} />
      {basis === "SKILL_GAPS_AND_PREFERENCES" && match.gaps.length > 0 && (
        <details className="why">
          <summary>
            Why this percentage<span className="unseen">: {person.name}</span>
          </summary>
          <Explained match={match} />
        </details>
      )}
    </article>
  );
}
