/** What is kept for this tab, and in `/demo` for this frame of it: frames of one tab share their storage. */
const PREFIX = `mentoring:${window.name}:`;

export function recall(name: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null; // a browser that keeps nothing: the page works until it is reloaded
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, value);
  } catch {
    // As above.
  }
}
