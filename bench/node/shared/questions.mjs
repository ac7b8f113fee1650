import { page } from './schema.mjs'
import { connect, find, inbox } from './statements.mjs'

const personOf = (row, id) => ({ id, name: row.name, jobTitle: row.job_title, location: row.location })

export async function matches(pool, { sub, iat }, { first }) {
  const { rows } = await pool.query({ ...find, values: [sub, iat, page(first)] })
  const nodes = rows.map((row) => ({
    percent: row.percent,
    mentor: { id: row.mentor_id, person: personOf(row, row.mentor_id) },
  }))
  return { nodes }
}

// One row more than asked for tells whether there is more.
export async function requests(pool, { sub, iat }, { first }) {
  const size = page(first)
  const { rows } = await pool.query({ ...inbox, values: [sub, iat, size + 1] })
  const nodes = rows.slice(0, size).map((row) => ({ ...asRequest(row), mentee: personOf(row, row.mentee_id) }))
  return { nodes, pageInfo: { hasNextPage: rows.length > size } }
}

export async function ask(pool, { sub, iat }, { input }) {
  const { rows } = await pool.query({ ...connect, values: [sub, iat, input.mentorId, input.message] })
  return { request: asRequest(rows[0]), errors: [] }
}

function asRequest({ id, status, message, percent, created_at: createdAt }) {
  return { id, status, message, percent, createdAt }
}
