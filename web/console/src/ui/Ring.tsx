import { percent } from "../service/format.ts";

interface Props {
  value: number;
  /** What it is the share of, for whoever does not see the ring. */
  label: string;
}

/** A percentage, drawn. */
export function Ring({ value, label }: Props) {
  const shown = percent(value);
  return (
    <div className="ring" role="img" aria-label={`${label}: ${shown}%`}>
      <svg viewBox="0 0 64 64" aria-hidden="true" focusable="false">
        <circle className="ring-track" cx="32" cy="32" r="27" />
        {shown > 0 && (
          <circle className="ring-value" cx="32" cy="32" r="27" pathLength="100" strokeDasharray={shown < 100 ? `${shown} 100` : undefined} />
        )}
      </svg>
      <span aria-hidden="true">
        {shown}
        <small>%</small>
      </span>
    </div>
  );
}
