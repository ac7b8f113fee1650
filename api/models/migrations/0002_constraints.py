from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [
        ops.AddConstraint(
            model_name="Action",
            constraint=CheckConstraint(
                check="status IN ('PLANNED', 'IN_PROGRESS', 'DONE', 'CANCELLED')", name="action_status"
            ),
        ),
        ops.AddConstraint(
            model_name="Action",
            constraint=CheckConstraint(check="title ~ '[^[:space:]]'", name="action_title"),
        ),
        ops.AddConstraint(
            model_name="Action",
            constraint=CheckConstraint(check="version > 0", name="action_version"),
        ),
        ops.AddConstraint(
            model_name="Event",
            constraint=CheckConstraint(check="seq > 0", name="event_seq"),
        ),
        ops.AddConstraint(
            model_name="Event",
            constraint=CheckConstraint(
                check="CASE kind WHEN 'MENTORSHIP_ENDED' THEN mentorship_id IS NOT NULL AND num_nonnulls(request_id, action_id) = 0 WHEN 'ACTION_PLAN_CHANGED' THEN action_id IS NOT NULL AND num_nonnulls(request_id, mentorship_id) = 0 WHEN 'REQUEST_RECEIVED' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 WHEN 'REQUEST_DECIDED' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 WHEN 'REQUEST_WITHDRAWN' THEN request_id IS NOT NULL AND num_nonnulls(mentorship_id, action_id) = 0 ELSE false END",
                name="event_subject",
            ),
        ),
        ops.AddConstraint(
            model_name="EventLog",
            constraint=CheckConstraint(check="seq >= 0 AND trimmed_to BETWEEN 0 AND seq", name="event_log_numbers"),
        ),
        ops.AddConstraint(
            model_name="FrameworkLevel",
            constraint=CheckConstraint(check="level BETWEEN 1 AND 7", name="framework_level_level"),
        ),
        ops.AddConstraint(
            model_name="HeldLevel",
            constraint=CheckConstraint(check="level BETWEEN 1 AND 7", name="held_level_level"),
        ),
        ops.AddConstraint(
            model_name="Mentor",
            constraint=CheckConstraint(check="capacity > 0", name="mentor_capacity_positive"),
        ),
        ops.AddConstraint(
            model_name="Mentor",
            constraint=CheckConstraint(check="active_mentees >= 0", name="mentor_active_mentees"),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=UniqueConstraint(
                fields=("mentee_id", "mentor_id"),
                name="mentor_request_one_pending_a_pair",
                condition="status = 'PENDING'",
            ),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=CheckConstraint(check="mentee_id <> mentor_id", name="mentor_request_not_oneself"),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=CheckConstraint(
                check="status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')",
                name="mentor_request_status",
            ),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=CheckConstraint(
                check="status NOT IN ('ACCEPTED', 'DECLINED') OR (comment IS NOT NULL AND comment ~ '[^[:space:]]')",
                name="mentor_request_decided_with_comment",
            ),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=CheckConstraint(
                check="(status = 'PENDING') = (decided_at IS NULL)", name="mentor_request_decided_at"
            ),
        ),
        ops.AddConstraint(
            model_name="MentorRequest",
            constraint=CheckConstraint(check="percent BETWEEN 0 AND 100", name="mentor_request_percent"),
        ),
        ops.AddConstraint(
            model_name="Mentorship",
            constraint=UniqueConstraint(
                fields=("mentee_id", "mentor_id"), name="mentorship_one_active_a_pair", condition="ended_at IS NULL"
            ),
        ),
        ops.AddConstraint(
            model_name="Mentorship",
            constraint=CheckConstraint(check="mentee_id <> mentor_id", name="mentorship_not_oneself"),
        ),
        ops.AddConstraint(
            model_name="Mentorship",
            constraint=CheckConstraint(
                check="CASE WHEN ended_at IS NULL THEN end_reason IS NULL AND ended_by_id IS NULL ELSE end_reason IS NOT NULL AND end_reason ~ '[^[:space:]]' END",
                name="mentorship_ended_with_reason",
            ),
        ),
        ops.AddConstraint(
            model_name="Organisation",
            constraint=CheckConstraint(check="mentor_level BETWEEN 1 AND 7", name="organisation_mentor_level"),
        ),
        ops.AddConstraint(
            model_name="Organisation",
            constraint=CheckConstraint(
                check="request_expiry_days > 0 AND open_request_limit > 0", name="organisation_limits_positive"
            ),
        ),
        ops.AddConstraint(
            model_name="Person",
            constraint=CheckConstraint(check="email = lower(email) AND email LIKE '%_@_%'", name="person_email"),
        ),
        ops.AddConstraint(
            model_name="Person",
            constraint=CheckConstraint(check="line_manager_id <> id", name="person_not_own_manager"),
        ),
        ops.AddConstraint(
            model_name="RoleRequirement",
            constraint=CheckConstraint(check="level BETWEEN 1 AND 7", name="role_requirement_level"),
        ),
        ops.AddConstraint(
            model_name="Skill",
            constraint=CheckConstraint(
                check="levels <@ ARRAY[1,2,3,4,5,6,7]::smallint[] AND cardinality(levels) > 0", name="skill_levels"
            ),
        ),
    ]
