import type { ReactNode } from "react";

import { Link } from "../router/Link.tsx";
import { usePlace } from "../router/router.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

interface Props {
  to: string;
  icon: IconName;
  label: string;
  /** Where there is little room. */
  short?: string;
  children?: ReactNode;
  onFollow?: () => void;
}

export function NavLink({ to, icon, label, short, children, onFollow }: Props) {
  const { path } = usePlace();
  const within = to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
  return (
    <li>
      <Link
        to={to}
        className="nav-link"
        aria-current={path === to ? "page" : within ? "true" : undefined}
        onClick={onFollow}
      >
        <Icon name={icon} />
        {short ? (
          <span className="nav-label">
            <span className="long">{label}</span>
            <span className="short" aria-hidden="true">
              {short}
            </span>
          </span>
        ) : (
          <span className="nav-label">{label}</span>
        )}
        {children}
      </Link>
    </li>
  );
}
