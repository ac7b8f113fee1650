export function Brand() {
  return (
    <p className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect className="brand-back" width="32" height="32" rx="8" />
        <path className="brand-bars" d="M7 19.500h4.500V25H7zM13.750 13.500h4.500V25h-4.500zM20.500 7H25v18h-4.500z" />
      </svg>
      Mentoring
    </p>
  );
}
