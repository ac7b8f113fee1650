-- The best SQL that we can write for the other contestants: each question is one statement, planned once a connection.
-- What they search is kept beside the tables, and here nobody pays for keeping it up to date.

-- 150 skills of seven levels as one string of bits: level 3 of the first skill is 0000111 at its front.
CREATE TABLE peer.card AS
SELECT mentor.id, mentor.organisation_id, mentor.active_mentees, held.levels, offered.options
FROM mentor
JOIN (
    SELECT person_id AS id,
           bit_or((((1 << level) - 1)::bit(7))::bit(1050) >> (7 * (skill_id - 1))::int)
               FILTER (WHERE kind = 'PROFESSIONAL') AS levels,
           count(*) FILTER (WHERE kind = 'ATTRIBUTE' AND level >= 4) AS attributes
    FROM held_level JOIN skill ON skill.id = skill_id
    GROUP BY person_id
) AS held USING (id)
JOIN (
    SELECT mentor_id AS id, bit_or(B'100000' >> (option_id - 1)::int) AS options
    FROM mentor_option GROUP BY mentor_id
) AS offered USING (id)
WHERE NOT mentor.paused
  AND (mentor.capacity IS NULL OR mentor.active_mentees < mentor.capacity)
  AND held.attributes = 12
  AND held.levels IS NOT NULL
-- Read from the front to the end: in no order, and nothing in between.
ORDER BY mentor.id;
ALTER TABLE peer.card ADD PRIMARY KEY (id);

-- The skills of a page of mentors come from this alone.
CREATE INDEX held_level_covering ON held_level (person_id) INCLUDE (skill_id, level);

CREATE VIEW peer.taught AS
SELECT held_level.person_id, held_level.level, skill.code, skill.name
FROM held_level JOIN skill ON skill.id = held_level.skill_id
WHERE skill.kind = 'PROFESSIONAL';

-- Whoever carries a token: as the service sees it, neither deactivated nor signed out since. Whole rows column by column,
-- or the planner would not look into it, expect a thousand people, and read requests from the newest until they are found.
CREATE FUNCTION peer.viewer(subject text, issued_at float8) RETURNS SETOF person
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT person.* FROM person
    WHERE person.subject = viewer.subject AND deactivated_at IS NULL
      AND (signed_out_at IS NULL OR signed_out_at < to_timestamp(viewer.issued_at));
END;

CREATE FUNCTION peer.gaps(person_id bigint)
RETURNS TABLE (skill_id bigint, current_level smallint, required_level smallint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT required.skill_id, coalesce(held.level, 0::smallint), required.level
    FROM person
    JOIN role_requirement AS required ON required.role_profile_id = person.role_profile_id
    JOIN skill ON skill.id = required.skill_id AND NOT skill.retired
    LEFT JOIN held_level AS held ON held.person_id = person.id AND held.skill_id = required.skill_id
    WHERE person.id = gaps.person_id AND coalesce(held.level, 0::smallint) < required.level;
END;

-- On the grain at which the service adds up its percentages.
CREATE FUNCTION peer.share(part bigint, whole bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (3518437208883200 * part / whole)::float8 / 35184372088832;

CREATE TYPE peer.match AS (mentor_id bigint, percent float8);

CREATE FUNCTION peer.find(subject text, issued_at float8, page int) RETURNS SETOF peer.match
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    asker bigint;
    lacked bit(1050);
    missing bigint;
    wanted bit(6);
    left_out bigint[];
BEGIN
    SELECT viewer.id INTO asker FROM peer.viewer(find.subject, find.issued_at) AS viewer;
    SELECT bit_or((((1 << required_level) - (1 << current_level))::bit(7))::bit(1050) >> (7 * (skill_id - 1))::int),
           sum(required_level - current_level)
        INTO lacked, missing FROM peer.gaps(asker);
    SELECT bit_or(B'100000' >> (option_id - 1)::int) INTO wanted FROM mentee_preference WHERE person_id = asker;
    left_out := ARRAY(
        SELECT asker
        UNION ALL SELECT mentor_id FROM mentor_request WHERE mentee_id = asker AND status = 'PENDING'
        UNION ALL SELECT mentor_id FROM mentorship WHERE mentee_id = asker AND ended_at IS NULL);
    RETURN QUERY
    -- What nobody ranks by is worked out for the page alone, and nothing is counted twice.
    SELECT id, peer.share(covered, missing) FROM (
        SELECT * FROM (
            SELECT card.id, bit_count(levels & lacked) AS covered, bit_count(options & wanted) AS shared, active_mentees
            FROM peer.card WHERE card.id <> ALL (left_out) OFFSET 0
        ) AS ranked
        WHERE covered > 0 AND shared > 0
        ORDER BY covered DESC, shared DESC, active_mentees, id
        LIMIT page
    ) AS best
    ORDER BY covered DESC, shared DESC, active_mentees, id;
END $$;

-- The same from the index over skills and levels, without the strings of bits: which of the two is faster is measured.
CREATE FUNCTION peer.find_by_index(subject text, issued_at float8, page int) RETURNS SETOF peer.match
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    asker bigint;
    missing bigint;
    wanted bit(6);
BEGIN
    SELECT viewer.id INTO asker FROM peer.viewer(find_by_index.subject, find_by_index.issued_at) AS viewer;
    SELECT sum(required_level - current_level) INTO missing FROM peer.gaps(asker);
    SELECT bit_or(B'100000' >> (option_id - 1)::int) INTO wanted FROM mentee_preference WHERE person_id = asker;
    RETURN QUERY
    SELECT card.id, peer.share(found.covered, missing) FROM (
        SELECT held_level.person_id AS id, sum(least(held_level.level, required_level) - current_level) AS covered
        FROM peer.gaps(asker) AS gap
        JOIN held_level ON held_level.skill_id = gap.skill_id AND held_level.level > gap.current_level
        GROUP BY held_level.person_id
    ) AS found JOIN peer.card USING (id)
    WHERE bit_count(card.options & wanted) > 0
      AND card.id NOT IN (
        SELECT asker
        UNION ALL SELECT mentor_id FROM mentor_request WHERE mentee_id = asker AND status = 'PENDING'
        UNION ALL SELECT mentor_id FROM mentorship WHERE mentee_id = asker AND ended_at IS NULL)
    ORDER BY found.covered DESC, bit_count(card.options & wanted) DESC, card.active_mentees, card.id
    LIMIT page;
END $$;

-- A request with what the service writes and checks, in one round trip: request, gaps, audit, event, job.
CREATE FUNCTION peer.connect(subject text, issued_at float8, mentor bigint, message text) RETURNS mentor_request
LANGUAGE plpgsql AS $$
DECLARE
    viewer person;
    asked peer.card;
    settings organisation;
    made mentor_request;
    number bigint;
    event_id bigint;
BEGIN
    SELECT * INTO viewer FROM peer.viewer(connect.subject, connect.issued_at);
    PERFORM FROM person WHERE id = viewer.id FOR NO KEY UPDATE;
    PERFORM FROM mentor WHERE id = connect.mentor FOR NO KEY UPDATE;
    SELECT * INTO asked FROM peer.card WHERE id = connect.mentor AND organisation_id = viewer.organisation_id;
    SELECT * INTO settings FROM organisation WHERE id = viewer.organisation_id;
    IF viewer.id IS NULL OR asked.id IS NULL OR asked.id = viewer.id OR NOT settings.mentoring_enabled
       OR EXISTS (SELECT FROM mentor_request
                  WHERE mentee_id = viewer.id AND mentor_id = asked.id AND status = 'PENDING')
       OR EXISTS (SELECT FROM mentorship WHERE mentee_id = viewer.id AND mentor_id = asked.id AND ended_at IS NULL)
       OR settings.open_request_limit <= (SELECT count(*) FROM mentor_request
                                          WHERE mentee_id = viewer.id AND status = 'PENDING') THEN
        RAISE EXCEPTION 'This mentor cannot be asked.';
    END IF;
    INSERT INTO mentor_request (organisation_id, mentee_id, mentor_id, status, message, percent, created_at, expires_at)
    SELECT viewer.organisation_id, viewer.id, asked.id, 'PENDING', connect.message,
           peer.share(sum(greatest(least(coalesce(held.level, 0), required_level) - current_level, 0)),
                      sum(required_level - current_level)),
           now(), now() + settings.request_expiry_days * interval '1 day'
    FROM peer.gaps(viewer.id) AS gap
    LEFT JOIN held_level AS held ON held.person_id = asked.id AND held.skill_id = gap.skill_id
    RETURNING * INTO made;
    INSERT INTO request_gap (organisation_id, request_id, skill_id, current_level, required_level, mentor_level)
    SELECT viewer.organisation_id, made.id, gap.skill_id, current_level, required_level, held.level
    FROM peer.gaps(viewer.id) AS gap
    JOIN held_level AS held ON held.person_id = asked.id AND held.skill_id = gap.skill_id
    WHERE held.level > current_level;
    INSERT INTO audit_entry (organisation_id, actor_id, verb, subject_type, subject_id, at, detail)
    VALUES (viewer.organisation_id, viewer.id, 'connect', 'mentor_request', made.id, now(),
            jsonb_build_object('mentor', asked.id));
    INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
    VALUES (asked.id, viewer.organisation_id, gen_random_uuid(), 1, 0)
    ON CONFLICT (id) DO UPDATE SET seq = event_log.seq + 1
    RETURNING seq INTO number;
    INSERT INTO event (organisation_id, person_id, seq, kind, request_id, created_at)
    VALUES (viewer.organisation_id, asked.id, number, 'REQUEST_RECEIVED', made.id, clock_timestamp())
    RETURNING id INTO event_id;
    PERFORM procrastinate_defer_jobs_v1(ARRAY[row('mentoring', 'send_mail', 0, 'mail ' || asked.id, NULL,
        jsonb_build_object('event_id', event_id), NULL)::procrastinate_job_to_defer_v1]);
    RETURN made;
END $$;
