// For clients that do not come back by themselves, or not to where they were: subscribe anew after the last entry.

const MILLISECONDS_BETWEEN_TRIES = 500;

// `once(done)` subscribes one time, and calls `done` when that is over for whatever reason.
export function resuming(once) {
  let over = false;
  once(() => {
    if (over) return;
    over = true;
    setTimeout(() => resuming(once), MILLISECONDS_BETWEEN_TRIES);
  });
}
