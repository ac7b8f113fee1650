// Mercurius as its documentation sets it up: Fastify, loaders, and graphql-jit from the first use of a query on.
import { createVerifier } from 'fast-jwt'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'
import { ask, matches, requests } from '../shared/questions.mjs'
import { schema } from '../shared/schema.mjs'
import { byKey, gaps, taught } from '../shared/statements.mjs'

const { PORT, DATABASE_URL, POOL_SIZE, TOKEN_KEY, TOKEN_ISSUER, TOKEN_AUDIENCE } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: Number(POOL_SIZE) })
const verify = createVerifier({
  key: TOKEN_KEY, algorithms: ['ES256'], allowedIss: TOKEN_ISSUER, allowedAud: TOKEN_AUDIENCE, cache: true,
})

const resolvers = {
  Query: {
    matches: (_, given, { claims }) => matches(pool, claims, given),
    requests: (_, given, { claims }) => requests(pool, claims, given),
  },
  Mutation: { connect: (_, given, { claims }) => ask(pool, claims, given) },
}
const loadedBy = (statement) => ({
  loader: (queries) => byKey(pool, statement, queries.map(({ obj }) => obj.id)),
  // Nobody asks twice within a request.
  opts: { cache: false },
})
const loaders = { Mentor: { skills: loadedBy(taught) }, MentorRequest: { gaps: loadedBy(gaps) } }

const app = Fastify()
const context = ({ headers }) => ({ claims: verify(headers.authorization.slice('Bearer '.length)) })
app.register(mercurius, { schema, resolvers, loaders, context, jit: 1 })
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
console.log('listening')
