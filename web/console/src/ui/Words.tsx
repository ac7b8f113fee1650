import { useId } from "react";

interface Props {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  wrong?: string | null;
  rows?: number;
  required?: boolean;
}

/** A field for some sentences, with what is wrong about them. */
export function Words({ label, hint, value, onChange, wrong = null, rows = 4, required = false }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, wrong !== null && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {!required && <span className="optional"> (optional)</span>}
      </label>
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      <textarea
        id={id}
        rows={rows}
        maxLength={4000}
        value={value}
        aria-required={required}
        aria-invalid={wrong !== null}
        aria-describedby={described || undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-wrong`} className="wrong" role="alert" hidden={wrong === null}>
        {wrong}
      </p>
    </div>
  );
}
