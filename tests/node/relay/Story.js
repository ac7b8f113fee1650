// What every client of the story asks. relay-compiler reads it here, hence the folder and its names for operations; all
// others are given the text.

const graphql = String.raw;

export const WHO = graphql`
  query StoryWhoQuery {
    viewer {
      id
      name
    }
    latestCursor
  }
`;

export const TOO_FEW = graphql`
  query StoryTooFewQuery {
    matches(first: -1) {
      nodes {
        percent
      }
    }
  }
`;

export const CONNECT = graphql`
  mutation StoryConnectMutation($mentor: ID!) {
    connect(input: { mentorId: $mentor, message: "Would you mentor me?" }) {
      request {
        id
        status
      }
      errors {
        code
        message
      }
    }
  }
`;

export const LISTEN = graphql`
  subscription StoryListenSubscription($after: String) {
    notificationReceived(after: $after) {
      id
      cursor
      ... on RequestReceived {
        request {
          id
        }
      }
    }
  }
`;
