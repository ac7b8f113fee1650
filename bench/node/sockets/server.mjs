// graphql-ws on ws, as its documentation sets it up. Who connects writes what the service writes; who listens is told
// from memory, so that no event costs a question to the database.
import { createServer } from 'node:http'
import { createVerifier } from 'fast-jwt'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import pg from 'pg'
import { WebSocketServer } from 'ws'
import { Topics } from './topics.mjs'

const { PORT, DATABASE_URL, POOL_SIZE, TOKEN_KEY, TOKEN_ISSUER, TOKEN_AUDIENCE } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL_SIZE) })
const verify = createVerifier({
  key: TOKEN_KEY, algorithms: ['ES256'], allowedIss: TOKEN_ISSUER, allowedAud: TOKEN_AUDIENCE, cache: true,
})
const topics = new Topics()

const schema = buildSchema(/* GraphQL */ `
  type Query { latestCursor: String! }
  type Mutation { connect(input: ConnectInput!): ConnectPayload! }
  type Subscription { requestReceived: RequestReceived! }
  input ConnectInput { mentorId: ID!, message: String }
  type ConnectPayload { request: MentorRequest, errors: [UserError!]! }
  type UserError { code: String!, message: String! }
  type RequestReceived { cursor: String!, request: MentorRequest! }
  type MentorRequest { id: ID!, message: String, percent: Float, mentee: Person! }
  type Person { name: String!, jobTitle: String }
`)

const viewer = {
  name: 'viewer',
  text: 'SELECT id FROM peer.viewer($1, $2) AS viewer',
}
const ask = {
  name: 'ask',
  text: `
    SELECT request.id, request.message, request.percent, person.name, person.job_title
    FROM peer.connect($1, $2, $3, $4) AS request JOIN person ON person.id = request.mentee_id`,
}

const roots = {
  query: { latestCursor: () => '0' },
  mutation: {
    async connect({ input }, { extra: { claims } }) {
      const { rows: [row] } = await pool.query({ ...ask, values: [claims.sub, claims.iat, input.mentorId, input.message] })
      const { id, message, percent, name, job_title: jobTitle } = row
      const request = { id, message, percent, mentee: { name, jobTitle } }
      topics.publish(input.mentorId, { requestReceived: { cursor: id, request } })
      return { request, errors: [] }
    },
  },
  subscription: { requestReceived: (_, { extra: { viewerId } }) => topics.subscribe(viewerId) },
}

async function onConnect({ connectionParams, extra }) {
  extra.claims = verify(connectionParams.authorization.slice('Bearer '.length))
  const { rows: [row] } = await pool.query({ ...viewer, values: [extra.claims.sub, extra.claims.iat] })
  extra.viewerId = row?.id
  return row !== undefined
}

const server = createServer()
const sockets = new WebSocketServer({ server, path: '/graphql' })
useServer({ schema, roots, context: (context) => context, onConnect }, sockets)
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'))
