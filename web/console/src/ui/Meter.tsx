import { percent } from "../service/format.ts";

interface Props {
  label: string;
  value: number;
}

/** A share in words, in a number and as a bar. */
export function Meter({ label, value }: Props) {
  const shown = percent(value);
  return (
    <div className="meter">
      <span className="meter-label">{label}</span>
      <svg className="meter-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect className="meter-track" width="100" height="6" />
        <rect className="meter-value" width={shown} height="6" />
      </svg>
      <span className="meter-number">{shown}%</span>
    </div>
  );
}
