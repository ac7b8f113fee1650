import type { AskedLineFragment, EntryFragment } from "../generated/graphql.ts";

export type Kind = NonNullable<EntryFragment["__typename"]>;

/** What an entry says, and where it leads. */
export interface Words {
  title: string;
  text: string | null;
  to: string | null;
  /** What the link is called. */
  action: string;
}

export function wordsOf(entry: EntryFragment, viewerId: string): Words {
  switch (entry.__typename) {
    case "RequestReceived":
      return about(entry.request, `${entry.request.mentee.name} asks you to be their mentor`, entry.request.message);
    case "RequestReminder":
      return about(entry.request, `${entry.request.mentee.name} still waits for your answer`, entry.request.message);
    case "RequestWithdrawn":
      return about(entry.request, `${entry.request.mentee.name} took their request back`, null);
    case "RequestDelayed":
      return about(
        entry.request,
        `${entry.request.mentor.person.name} takes no requests for now`,
        "Yours stands. An answer may take longer.",
      );
    case "RequestExpired":
      return expired(entry.request, viewerId);
    case "RequestDecided":
      return decided(entry.request);
    case "MentorshipEnded":
      return ended(entry.mentorship, viewerId);
    case "MentorAvailable":
      return {
        title: `${entry.mentor.person.name} can be asked again`,
        text: null,
        to: `/mentors/${entry.mentor.id}`,
        action: "See the mentor",
      };
    case "ActionPlanChanged": {
      const { mentorship, title, updatedBy } = entry.action;
      return {
        title: `${updatedBy.name} changed the action plan`,
        text: title,
        to: mentorship ? `/mentorships/${mentorship.id}` : null,
        action: "See the plan",
      };
    }
    default:
      return { title: "There is news", text: null, to: null, action: "" };
  }
}

function about(request: AskedLineFragment, title: string, text: string | null): Words {
  return { title, text, to: `/requests/${request.id}`, action: "Open the request" };
}

function expired(request: AskedLineFragment, viewerId: string): Words {
  const mine = request.mentee.id === viewerId;
  const title = mine
    ? `${request.mentor.person.name} did not answer in time`
    : `The time to answer ${request.mentee.name} is over`;
  return about(request, title, null);
}

function decided(request: AskedLineFragment): Words {
  const name = request.mentor.person.name;
  if (request.status === "ACCEPTED" && request.mentorship) {
    return {
      title: `${name} said yes`,
      text: request.comment,
      to: `/mentorships/${request.mentorship.id}`,
      action: "Open the mentorship",
    };
  }
  return about(request, `${name} declined`, request.comment);
}

type Ended = Extract<EntryFragment, { __typename?: "MentorshipEnded" }>["mentorship"];

function ended(mentorship: Ended, viewerId: string): Words {
  const mentoring = mentorship.mentor.id === viewerId;
  const other = mentoring ? mentorship.mentee.name : mentorship.mentor.name;
  return {
    title: `Your mentorship with ${other} has ended`,
    text: mentorship.endReason,
    to: `/mentorships/${mentorship.id}`,
    action: "Open the mentorship",
  };
}
