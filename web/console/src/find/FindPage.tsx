import { useState } from "react";

import { useData } from "../service/useData.ts";
import { FindDocument, FindingDocument, type MatchBasis } from "../generated/graphql.ts";
import { Link } from "../router/Link.tsx";
import { Empty } from "../ui/Empty.tsx";
import { Legend } from "../ui/Legend.tsx";
import { Page } from "../ui/Page.tsx";
import { Pages } from "../ui/Pages.tsx";
import { BasisSwitch } from "./BasisSwitch.tsx";
import { Filters } from "./Filters.tsx";
import { MatchCard } from "./MatchCard.tsx";
import { WaitingFor } from "./WaitingFor.tsx";
import { NOTHING, filterOf, isSet } from "./filter.ts";
import { useSettled } from "./useSettled.ts";

const AT_ONCE = 10;

export function FindPage() {
  const finding = useData(FindingDocument, {}, ["MentorAvailable"]);
  const [basis, setBasis] = useState<MatchBasis>("SKILL_GAPS_AND_PREFERENCES");
  const [filter, setFilter] = useState(NOTHING);
  const given = filterOf(useSettled(filter));

  return (
    <Page title="Find a Mentor" lead={<p>Those who suit you, best first. Open one to see why.</p>}>
      <div className="controls">
        <BasisSwitch basis={basis} onChange={setBasis} />
        <Filters known={finding.data} filter={filter} onChange={setFilter} />
      </div>
      {finding.data && <WaitingFor watches={finding.data.viewer.availabilityWatches ?? []} />}
      <section aria-labelledby="found">
        <div className="section-head">
          <h2 id="found">Mentors</h2>
          {basis === "SKILL_GAPS_AND_PREFERENCES" && <Legend coverage held="you hold" />}
        </div>
        <Pages
          key={`${basis} ${JSON.stringify(given)}`}
          query={FindDocument}
          variablesAt={(after) => ({ basis, filter: given, first: AT_ONCE, after })}
          pageOf={({ matches }) => ({
            nodes: matches.nodes,
            next: matches.pageInfo.hasNextPage ? (matches.pageInfo.endCursor ?? null) : null,
          })}
          concerns={["RequestDecided", "RequestExpired", "RequestDelayed", "MentorshipEnded", "MentorAvailable"]}
          row={(match) => <MatchCard key={match.mentor.id} match={match} basis={basis} />}
          empty={
            <Empty title={isSet(filter) ? "No mentor meets all of this." : "Nobody suits you at the moment."}>
              {isSet(filter) ? (
                <button type="button" className="button" onClick={() => setFilter(NOTHING)}>
                  Clear the filters
                </button>
              ) : (
                <p>
                  {finding.data?.organisation.mentoringEnabled === false
                    ? "Your organisation has mentoring switched off."
                    : "Whoever you have asked is not listed. Other preferences may find others."}{" "}
                  <Link to="/preferences">Set preferences</Link>
                </p>
              )}
            </Empty>
          }
        />
      </section>
    </Page>
  );
}
