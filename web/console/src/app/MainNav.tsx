import { Badge } from "./Badge.tsx";
import { NavLink } from "./NavLink.tsx";

interface Props {
  unread: number;
  pending: number;
}

export function MainNav({ unread, pending }: Props) {
  return (
    <nav className="main-nav" aria-label="Main">
      <ul>
        <NavLink to="/" icon="overview" label="Overview" />
        <NavLink to="/find" icon="find" label="Find a Mentor" short="Find" />
        <NavLink to="/requests" icon="requests" label="Requests">
          <Badge number={pending} says={`${pending} waiting`} />
        </NavLink>
        <NavLink to="/mentorships" icon="mentorships" label="Mentorships" short="Mentoring" />
        <NavLink to="/notifications" icon="notifications" label="Notifications" short="News">
          <Badge number={unread} says={`${unread} unread`} />
        </NavLink>
      </ul>
    </nav>
  );
}
