import { Icon } from "./Icon.tsx";

interface Props {
  /** Whether it is about what a mentor covers. */
  coverage?: boolean;
  held?: string;
  /** Whether some levels are marked as confirmed. */
  confirmed?: boolean;
}

/** What the colours of the level bars mean. What it says, the bars say by themselves to whoever listens. */
export function Legend({ coverage = false, held = "held", confirmed = false }: Props) {
  return (
    <p className="legend" aria-hidden="true">
      <span>
        <i className="level held" /> {held}
      </span>
      {coverage && (
        <span>
          <i className="level covered" /> missing, and covered by the mentor
        </span>
      )}
      <span>
        <i className="level missing" /> {coverage ? "missing, not covered" : "missing"}
      </span>
      {coverage && (
        <span>
          <i className="level none mark" /> how far the mentor reaches
        </span>
      )}
      {confirmed && (
        <span>
          <Icon name="check" /> confirmed by somebody
        </span>
      )}
    </p>
  );
}
