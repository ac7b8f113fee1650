// Named, so that each connection prepares them once. Who is asking is looked up within each of them. What is nested comes
// as JSON made by PostgreSQL, which runs on another core.
export const find = {
  name: 'find',
  text: `
    SELECT match.mentor_id, match.percent, person.name, person.job_title, person.location
    FROM peer.find($1, $2, $3) WITH ORDINALITY AS match (mentor_id, percent, place)
    JOIN person ON person.id = match.mentor_id
    ORDER BY match.place`,
}

export const taught = {
  name: 'taught',
  text: `
    SELECT person_id AS key, json_agg(json_build_object(
        'level', level, 'skill', json_build_object('code', code, 'name', name)) ORDER BY code) AS found
    FROM peer.taught WHERE person_id = ANY($1) GROUP BY person_id`,
}

export const inbox = {
  name: 'inbox',
  text: `
    SELECT request.id, request.status, request.message, request.percent, request.created_at,
           mentee.id AS mentee_id, mentee.name, mentee.job_title, mentee.location
    FROM peer.viewer($1, $2) AS viewer
    JOIN mentor_request AS request ON request.mentor_id = viewer.id
    JOIN person AS mentee ON mentee.id = request.mentee_id
    ORDER BY request.id DESC LIMIT $3`,
}

export const gaps = {
  name: 'gaps',
  text: `
    SELECT request_id AS key, json_agg(json_build_object(
        'currentLevel', current_level, 'requiredLevel', required_level, 'mentorLevel', mentor_level,
        'skill', json_build_object('code', code, 'name', name)) ORDER BY code) AS found
    FROM request_gap JOIN skill ON skill.id = request_gap.skill_id
    WHERE request_id = ANY($1) GROUP BY request_id`,
}

export const connect = {
  name: 'connect',
  text: `SELECT id, status, message, percent, created_at FROM peer.connect($1, $2, $3, $4)`,
}

// Rows by key, in the order of the keys.
export async function byKey(pool, statement, keys) {
  const { rows } = await pool.query({ ...statement, values: [keys] })
  const found = new Map(rows.map((row) => [row.key, row.found]))
  return keys.map((key) => found.get(key) ?? [])
}
