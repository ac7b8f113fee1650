const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
const POINTS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** A day of the calendar, the same in every time zone. */
export const day = (date: string): string => DAY.format(new Date(date));
export const dateOf = (when: string): string => DATE.format(new Date(when));
export const moment = (when: string): string => MOMENT.format(new Date(when));
export const points = (value: number): string => POINTS.format(value);

/** Whole, and 100 for nothing but all of it. */
export const percent = (value: number): number => (value < 100 ? Math.min(99, Math.round(value)) : 100);

/** "in 13 days", "2 hours ago"; within the minute "now". */
export function fromNow(when: string): string {
  const distance = new Date(when).getTime() - Date.now();
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length) return RELATIVE.format(Math.trunc(distance / length), unit);
  }
  return "now";
}

/** "3 levels", "1 level". */
export const count = (number: number, noun: string, nouns = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : nouns}`;

/** "3, 4 and 5". */
export function listed(values: readonly (string | number)[]): string {
  if (values.length < 2) return values.join("");
  return `${values.slice(0, -1).join(", ")} and ${values.at(-1)}`;
}
