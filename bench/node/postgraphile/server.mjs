// PostGraphile 5 as its documentation sets it up: the Amber preset on Node's own HTTP server, what is nested from the
// tables' own relations, and plans of our own where somebody's token decides, which add no statement.
import { createServer } from 'node:http'
import { createVerifier } from 'fast-jwt'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { context, get } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { extendSchema, jsonPgSmartTags } from 'postgraphile/utils'

const { PORT, DATABASE_URL, POOL_SIZE, TOKEN_KEY, TOKEN_ISSUER, TOKEN_AUDIENCE } = process.env
const verify = createVerifier({
  key: TOKEN_KEY, algorithms: ['ES256'], allowedIss: TOKEN_ISSUER, allowedAud: TOKEN_AUDIENCE, cache: true,
})

const questions = extendSchema((build) => {
  const { peer_find: find, peer_viewer: viewer, peer_connect: connect } = build.pgResources
  const asker = () => {
    const claims = context().get('claims')
    return [{ step: get(claims, 'sub') }, { step: get(claims, 'iat') }]
  }
  return {
    typeDefs: /* GraphQL */ `
      extend type Query {
        matches(first: Int!): [PeerMatch!]
        viewer: Person
      }
      extend type Mutation { ask(mentorId: BigInt!, message: String): MentorRequest }
    `,
    objects: {
      Query: {
        plans: {
          matches: (_, { $first }) => find.execute([...asker(), { step: $first }]),
          viewer: () => viewer.execute(asker()).single(),
        },
      },
      Mutation: {
        plans: {
          ask: (_, { $mentorId, $message }) =>
            connect.execute([...asker(), { step: $mentorId }, { step: $message }], 'mutation'),
        },
      },
    },
  }
})

// Our keys are of two columns, organisation and row; joined by one, they are found through the indexes that are there.
const relations = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      'public.mentor_request': {
        tags: {
          foreignKey: [
            '(mentor_id) references public.person (id)|@fieldName asked|@foreignFieldName received',
            '(mentee_id) references public.person (id)|@fieldName mentee|@foreignFieldName sent',
          ],
        },
      },
      'public.request_gap': {
        tags: {
          foreignKey: [
            '(request_id) references public.mentor_request (id)|@fieldName request|@foreignFieldName gaps',
            '(skill_id) references public.skill (id)|@fieldName skill|@foreignFieldName asked',
          ],
        },
      },
      'peer.taught': {
        tags: {
          primaryKey: 'person_id,code',
          foreignKey: '(person_id) references public.person (id)|@fieldName mentor|@foreignFieldName taught',
        },
      },
      'peer.match': { tags: { foreignKey: '(mentor_id) references public.person (id)|@fieldName mentor' } },
    },
  },
})

const pgService = makePgService({
  connectionString: DATABASE_URL,
  schemas: ['public', 'peer'],
  poolConfig: { max: Number(POOL_SIZE) },
})
const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [relations, questions],
  pgServices: [pgService],
  grafserv: { graphiql: false, watch: false },
  grafast: {
    context: ({ node }) => ({ claims: verify(node.req.headers.authorization.slice('Bearer '.length)) }),
  },
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(PORT), '127.0.0.1', () => console.log('listening'))
