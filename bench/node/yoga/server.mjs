// GraphQL Yoga as its documentation sets it up: on Node's own HTTP server, with DataLoader for what is nested.
import { createServer } from 'node:http'
import DataLoader from 'dataloader'
import { createVerifier } from 'fast-jwt'
import { createSchema, createYoga } from 'graphql-yoga'
import pg from 'pg'
import { ask, matches, requests } from '../shared/questions.mjs'
import { schema as typeDefs } from '../shared/schema.mjs'
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
  Mentor: { skills: ({ id }, _, { loaders }) => loaders.taught.load(id) },
  MentorRequest: { gaps: ({ id }, _, { loaders }) => loaders.gaps.load(id) },
}
const context = ({ request }) => ({
  claims: verify(request.headers.get('authorization').slice('Bearer '.length)),
  loaders: {
    taught: new DataLoader((keys) => byKey(pool, taught, keys)),
    gaps: new DataLoader((keys) => byKey(pool, gaps, keys)),
  },
})

const schema = createSchema({ typeDefs, resolvers })
const yoga = createYoga({ schema, context, graphiql: false, landingPage: false, logging: 'error' })
createServer(yoga).listen(Number(PORT), '127.0.0.1', () => console.log('listening'))
