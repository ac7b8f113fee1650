import { Icon } from "./Icon.tsx";

/** That somebody confirmed a level. */
export function Confirmed() {
  return (
    <span className="confirmed" title="Confirmed by somebody">
      <Icon name="check" />
      <span className="unseen">confirmed, </span>
    </span>
  );
}
