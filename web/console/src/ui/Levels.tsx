import { count, listed } from "../service/format.ts";

interface Props {
  skill: string;
  held: number;
  required: number;
  /** The missing levels that a mentor has reached; null where it is not about a mentor. */
  covered?: readonly number[] | null;
  mentorLevel?: number | null;
  /** Whose level is held, at the beginning of a sentence. */
  whose?: string;
}

const ALL = [1, 2, 3, 4, 5, 6, 7];

/** The seven levels of a skill: what is held, what is missing, and what of that a mentor covers. */
export function Levels({ skill, held, required, covered = null, mentorLevel = null, whose = "You hold" }: Props) {
  const kind = (level: number): string => {
    if (level <= held) return level <= required || required === 0 ? "held" : "held beyond";
    if (level > required) return "none";
    return covered?.includes(level) ? "covered" : "missing";
  };
  const missing = Math.max(0, required - held);
  const said = [
    `${skill}.`,
    held ? `${whose} level ${held}.` : `${whose} no level.`,
    required ? `Required: level ${required}.` : "",
    required && covered === null ? (missing ? `${count(missing, "level")} missing.` : "Nothing missing.") : "",
    covered === null ? "" : covered.length ? `Covered: ${listed(covered)}.` : "None of it covered.",
    mentorLevel === null ? "" : mentorLevel ? `The mentor holds level ${mentorLevel}.` : "The mentor does not hold it.",
  ];
  return (
    <div className="levels" role="img" aria-label={said.filter(Boolean).join(" ")}>
      {ALL.map((level) => (
        <i key={level} className={`level ${kind(level)}${level === mentorLevel ? " mark" : ""}`} />
      ))}
    </div>
  );
}
