// Mercurius with graphql-jit, answering from memory: what execution alone costs.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'

const { PORT, MEMORY } = process.env
const { matches } = JSON.parse(readFileSync(MEMORY, 'utf8')).data
const schema = /* GraphQL */ `
  type Query { matches: [Match!]! }
  type Match { percent: Float!, mentor: Mentor! }
  type Mentor { id: ID!, person: Person!, skills: [SkillLevel!]! }
  type Person { name: String!, jobTitle: String, location: String }
  type SkillLevel { level: Int!, skill: Skill! }
  type Skill { code: String!, name: String! }
`
const app = Fastify()
app.register(mercurius, { schema, resolvers: { Query: { matches: () => matches } }, jit: 1 })
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
console.log('listening')
