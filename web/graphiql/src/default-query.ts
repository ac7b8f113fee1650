export const DEFAULT_QUERY = `# Welcome to the Mentoring API.
#
# Everything here needs a token.
# Paste yours into the headers pane below:
#
#   { "Authorization": "Bearer <token>" }
#
# Run this with Ctrl-Enter (Mac: Cmd-Enter).
# Subscriptions run the same way: each event
# is shown on the right as it arrives.

{
  viewer {
    name
  }
}
`;

/** A comment, so that it counts as no headers at all until a token takes its place. */
export const DEFAULT_HEADERS = `{
  // "Authorization": "Bearer <token>"
}`;
