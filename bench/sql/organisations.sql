-- An organisation of one mentee and :mentors mentors, as often as it is wanted.
INSERT INTO organisation (id, name, mentoring_enabled, mentor_level, request_expiry_days, open_request_limit)
VALUES (:key, 'O:key', true, 4, 14, 30000);

INSERT INTO preference_option (organisation_id, label, position) VALUES (:key, 'Leadership', 0);

INSERT INTO skill (organisation_id, kind, code, name, category, levels, retired)
SELECT :key, CASE WHEN number = 1 THEN 'ATTRIBUTE' ELSE 'PROFESSIONAL' END, 'S' || number, 'S' || number,
       'Business skills', '{1,2,3,4,5,6,7}', false
FROM generate_series(1, 31) AS number;

INSERT INTO role_profile (organisation_id, name) VALUES (:key, 'Role');

INSERT INTO role_requirement (organisation_id, role_profile_id, skill_id, level)
SELECT :key, role_profile.id, skill.id, 5 FROM role_profile JOIN skill USING (organisation_id)
WHERE organisation_id = :key AND kind = 'PROFESSIONAL' ORDER BY skill.id LIMIT 10;

INSERT INTO person (organisation_id, subject, email, name, role_profile_id)
SELECT :key, 's:key-' || number, 'p' || number || '@example.com', 'Person ' || number,
       CASE WHEN number = 0 THEN (SELECT id FROM role_profile WHERE organisation_id = :key) END
FROM generate_series(0, :mentors) AS number;

INSERT INTO held_level (organisation_id, person_id, skill_id, level, endorsed)
SELECT :key, person.id, skill.id,
       CASE WHEN kind = 'ATTRIBUTE' THEN 4 ELSE 1 + (person.id + skill.id * 7) % 6 END, false
FROM person JOIN skill USING (organisation_id)
WHERE organisation_id = :key AND role_profile_id IS NULL
  AND (kind = 'ATTRIBUTE' OR (person.id + skill.id) % 3 = 0);

INSERT INTO mentor (id, organisation_id, paused, active_mentees, created_at, announced_available)
SELECT id, :key, false, id % 3, now(), true FROM person WHERE organisation_id = :key AND role_profile_id IS NULL;

INSERT INTO mentor_option (organisation_id, mentor_id, option_id)
SELECT :key, mentor.id, preference_option.id FROM mentor JOIN preference_option USING (organisation_id)
WHERE organisation_id = :key;

INSERT INTO event_log (id, organisation_id, epoch, seq, trimmed_to)
SELECT id, :key, gen_random_uuid(), 0, 0 FROM person WHERE organisation_id = :key;
