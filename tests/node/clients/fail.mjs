// What a client that comes back by itself must never get to.

export function fail(error) {
  console.error(error ?? "the server said that this is all");
  process.exit(1);
}
