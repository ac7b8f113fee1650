// The part of our own schema that is measured, as Mercurius and Yoga serve it: the same questions mean the same.
export const schema = /* GraphQL */ `
  scalar DateTime
  enum RequestBox { RECEIVED }
  type Query {
    matches(first: Int = 20): MatchConnection!
    requests(box: RequestBox!, first: Int = 20): MentorRequestConnection!
  }
  type Mutation { connect(input: ConnectInput!): ConnectPayload! }
  input ConnectInput { mentorId: ID!, message: String }
  type ConnectPayload { request: MentorRequest, errors: [UserError!]! }
  type UserError { code: String!, message: String! }
  type MatchConnection { nodes: [Match!]! }
  type Match { percent: Float!, mentor: Mentor! }
  type Mentor { id: ID!, person: Person!, skills: [SkillLevel!]! }
  type SkillLevel { level: Int!, skill: Skill! }
  type Skill { code: String!, name: String! }
  type MentorRequestConnection { nodes: [MentorRequest!]!, pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! }
  type MentorRequest {
    id: ID!
    status: String!
    message: String
    percent: Float
    createdAt: DateTime!
    mentee: Person!
    gaps: [RequestedGap!]!
  }
  type RequestedGap { skill: Skill!, currentLevel: Int!, requiredLevel: Int!, mentorLevel: Int! }
  type Person { id: ID!, name: String!, jobTitle: String, location: String }
`

// What clients give as a number, kept within what the service allows.
export const page = (first) => Math.min(Math.max(first, 0), 100)
