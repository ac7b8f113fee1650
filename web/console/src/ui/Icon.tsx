const PATHS = {
  overview: "M4 13.5V20h5v-6.500M9.500 20h5V9h-5zM15 20h5V4h-5z",
  find: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20.500 20.500 16 16",
  requests: "M4 6.500h16v11H4zM4.500 7l7.500 6 7.500-6",
  mentorships: "M8.500 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500M16 11.500a3 3 0 1 0-1-5.800M17 14c2.700.3 4.500 2.200 4.500 5.500",
  notifications: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15zM10 21h4",
  preferences: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500v-5M9 19.500v-5",
  profile: "M12 4l2.400 5 5.600.700-4.100 3.800 1.100 5.500-5-2.800L7 19l1.100-5.500L4 9.700 9.600 9z",
  plan: "M9 6h11M9 12h11M9 18h11M4 6l.8.8L6.500 5M4 12l.8.8L6.500 11M4 18l.8.8L6.500 17",
  mail: "M12 15.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM15.500 12v1.500a2.500 2.500 0 0 0 5 0V12A8.500 8.500 0 1 0 17 19",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.500l4.500 4.500L19 7.500",
  chevron: "M9 6l6 6-6 6",
} as const;

export type IconName = keyof typeof PATHS;

/** Beside a word that says the same: hidden from whoever listens. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
