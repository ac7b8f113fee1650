-- An organisation as the benchmark needs it, the same on every machine: chance is a hash of what it falls on.
-- Its size is the setting bench.size: so many mentors. Everything else stays as it is.
CREATE SCHEMA peer;

CREATE FUNCTION peer.chance(about bigint, part bigint, salt bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(about * 1009 + part, salt) & 4294967295)::float8 / 4294967296;

-- Most are in the middle.
CREATE FUNCTION peer.some_level(chance float8) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1 + width_bucket(chance, ARRAY[0.08, 0.25, 0.5, 0.75, 0.9, 0.98]::float8[]);

INSERT INTO organisation (id, name, mentoring_enabled, mentor_level, request_expiry_days, open_request_limit)
VALUES (1, 'Town', true, 4, 14, 30000);

INSERT INTO preference_option (id, organisation_id, label, position)
SELECT number, 1, (ARRAY['Career development', 'Leadership', 'Technical depth', 'Change of field', 'Working abroad',
                         'Returning to work'])[number], number
FROM generate_series(1, 6) AS number;

INSERT INTO skill (id, organisation_id, kind, code, name, category, subcategory, levels, retired)
SELECT number, 1, 'PROFESSIONAL', 'SK' || lpad(number::text, 3, '0'), 'Professional skill ' || number,
       'Category ' || number % 6, 'Subcategory ' || number % 20, '{1,2,3,4,5,6,7}', false
FROM generate_series(1, 150) AS number;

INSERT INTO skill (id, organisation_id, kind, code, name, category, levels, retired)
SELECT 150 + number, 1, 'ATTRIBUTE', 'AT' || lpad(number::text, 2, '0'), 'Attribute ' || number,
       'Business skills/Behavioural factors', '{1,2,3,4,5,6,7}', false
FROM generate_series(1, 12) AS number;

-- How common each professional skill is: a few are everybody's, and 25 a person on average.
CREATE TABLE peer.spread AS
SELECT id AS skill_id, 25.0 / (id + 20) / sum(1.0 / (id + 20)) OVER () AS share FROM skill WHERE kind = 'PROFESSIONAL';

INSERT INTO role_profile (id, organisation_id, name)
SELECT number, 1, 'Role ' || number FROM generate_series(1, 50) AS number;

-- Ten skills each, common ones first of all.
INSERT INTO role_requirement (organisation_id, role_profile_id, skill_id, level)
SELECT 1, role_profile.id, chosen.skill_id, 3 + floor(4 * peer.chance(role_profile.id, chosen.skill_id, 2))
FROM role_profile, LATERAL (
    SELECT skill_id FROM peer.spread
    ORDER BY -ln(1 - peer.chance(role_profile.id, skill_id, 1)) / share
    LIMIT 10
) AS chosen;

-- People 1 to 1000 look for a mentor; the others are mentors.
INSERT INTO person (id, organisation_id, subject, email, name, job_title, location, time_zone, role_profile_id)
SELECT number, 1, 'person-' || number, 'person-' || number || '@example.com',
       (ARRAY['Ada', 'Bo', 'Chidi', 'Dagny', 'Eun-ji', 'Farid', 'Grace', 'Hiroshi', 'Inés', 'Jarosław'])[1 + number % 10]
           || ' ' || (ARRAY['Larsen', 'Okafor', 'Nguyen', 'Smith', 'García', 'Kowalski', 'Tanaka'])[1 + number % 7]
           || ' ' || number,
       (ARRAY['Engineer', 'Senior engineer', 'Architect', 'Analyst', 'Product manager'])[1 + number % 5],
       (ARRAY['London', 'Lisbon', 'Berlin', 'Nairobi', 'Bengaluru', 'Tokyo'])[1 + number % 6],
       (ARRAY['Europe/London', 'Europe/Lisbon', 'Europe/Berlin', 'Africa/Nairobi', 'Asia/Kolkata', 'Asia/Tokyo'])[1 + number % 6],
       CASE WHEN number <= 1000 THEN 1 + number % 50 END
FROM generate_series(1, 1000 + current_setting('bench.size')::bigint) AS number;

-- Mentees lack a part of everything that their role requires: ten gaps each.
INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed)
SELECT 1, person_id, skill_id, level, false FROM (
    SELECT person.id AS person_id, skill_id, level - 1 - floor(3 * peer.chance(person.id, skill_id, 3)) AS level
    FROM person JOIN role_requirement USING (role_profile_id)
) AS held WHERE level > 0;

INSERT INTO mentee_preference (organisation_id, person_id, option_id)
SELECT 1, person.id, 1 + (person.id + steps) % 6
FROM person, LATERAL (VALUES (0), (1 + person.id / 6 % 5)) AS wanted (steps)
WHERE person.role_profile_id IS NOT NULL;

-- Mentors: about 25 professional skills, and every attribute at 4 or above.
INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed)
SELECT 1, person.id, skill_id, peer.some_level(peer.chance(person.id, skill_id, 5)), skill_id % 4 = 0
FROM person CROSS JOIN peer.spread
WHERE person.role_profile_id IS NULL AND peer.chance(person.id, skill_id, 4) < share
UNION ALL
SELECT 1, person.id, skill.id, 4 + floor(3 * peer.chance(person.id, skill.id, 6)), true
FROM person CROSS JOIN skill
WHERE person.role_profile_id IS NULL AND skill.kind = 'ATTRIBUTE';

-- One in fifty takes a break, and some are full.
INSERT INTO mentor (id, organisation_id, capacity, paused, active_mentees, announced_available, created_at)
SELECT id, 1, CASE WHEN id % 3 > 0 THEN 1 + 2 * (id % 3) END, id % 50 = 7,
       floor(5 * peer.chance(id, 1, 7)), true, now()
FROM person WHERE role_profile_id IS NULL;

INSERT INTO mentor_option (organisation_id, mentor_id, option_id)
SELECT 1, mentor.id, preference_option.id FROM mentor CROSS JOIN preference_option
WHERE preference_option.id = 1 + mentor.id % 6 OR peer.chance(mentor.id, preference_option.id, 8) < 0.2;

-- The first 200 mentors have an inbox of 40 requests.
INSERT INTO mentor_request (id, organisation_id, mentee_id, mentor_id, status, message, comment, created_at, decided_at,
                            expires_at)
SELECT number, 1, 1 + (mentor_id * 37 + place * 23) % 1000, mentor_id, status,
       'Hello! I would like to get better at what you do best. Half an hour now and then would help me a great deal.',
       CASE WHEN status = 'DECLINED' THEN 'My quarter is full, I am sorry.' END,
       now() - (8000 - number) * interval '1 minute',
       CASE WHEN status <> 'PENDING' THEN now() END,
       now() + interval '14 days'
FROM (
    SELECT row_number() OVER (ORDER BY place, mentor_id) AS number, mentor_id, place,
           (ARRAY['PENDING', 'DECLINED', 'PENDING', 'WITHDRAWN', 'PENDING', 'EXPIRED', 'PENDING', 'PENDING'])
               [1 + place % 8] AS status
    FROM generate_series(1001, 1200) AS mentor_id CROSS JOIN generate_series(0, 39) AS place
) AS asked;

INSERT INTO request_gap (organisation_id, request_id, skill_id, current_level, required_level, mentor_level)
SELECT 1, mentor_request.id, required.skill_id, coalesce(held.level, 0), required.level, taught.level
FROM mentor_request
JOIN person ON person.id = mentor_request.mentee_id
JOIN role_requirement AS required USING (role_profile_id)
JOIN held_level AS taught ON taught.person_id = mentor_request.mentor_id AND taught.skill_id = required.skill_id
LEFT JOIN held_level AS held ON held.person_id = person.id AND held.skill_id = required.skill_id
WHERE taught.level > coalesce(held.level, 0)
ORDER BY mentor_request.id, required.skill_id;

UPDATE mentor_request SET percent = (10 * count.gaps)::float8
FROM (SELECT request_id, count(*) AS gaps FROM request_gap GROUP BY request_id) AS count
WHERE count.request_id = mentor_request.id;

DO $$
DECLARE counted record;
BEGIN
    FOR counted IN
        SELECT table_name, pg_get_serial_sequence(quote_ident(table_name), 'id') AS sequence
        FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'id' AND table_name NOT LIKE 'procrastinate%'
    LOOP
        IF counted.sequence IS NOT NULL THEN
            EXECUTE format('SELECT setval(%L, 1 + (SELECT coalesce(max(id), 0) FROM %I))', counted.sequence, counted.table_name);
        END IF;
    END LOOP;
END $$;
