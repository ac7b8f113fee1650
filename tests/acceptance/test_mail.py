"""Mails, as a real SMTP server gets them from a real service."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import pytest

from api.models import MentorRequest, NotificationSetting, Person
from tests.acceptance.servers import Server, running
from tests.houses import House
from tests.mails import MailServer, html_of, text_of

CONNECT = """mutation ($mentor: ID!, $message: String) {
  connect(input: {mentorId: $mentor, message: $message}) { request { id } errors { code message } } }"""
ACCEPT = """mutation ($request: ID!, $comment: String!) {
  accept(input: {requestId: $request, comment: $comment}) { request { mentorship { id } } errors { code } } }"""
DECLINE = """mutation ($request: ID!, $comment: String!) {
  decline(input: {requestId: $request, comment: $comment}) { request { id } errors { code } } }"""
END = """mutation ($mentorship: ID!, $reason: String!) {
  endMentorship(input: {mentorshipId: $mentorship, reason: $reason}) { errors { code } } }"""


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.open()
    yield server
    await server.close()


@pytest.fixture
async def server(database: str, tmp_path: Path, mails: MailServer) -> AsyncIterator[Server]:
    async with running(
        tmp_path / "data",
        database_url=database,
        MENTORING_SMTP_URL=mails.url,
        MENTORING_WEB_URL="https://mentoring.example.com/app/",
        MENTORING_MAIL_FROM="Mentoring at Acme <mentoring@example.com>",
        MENTORING_LEASE_SECONDS="3",
    ) as server:
        yield server


async def ask(server: Server, mentee: Person, mentor: Person, message: str | None = None) -> str:
    card = (await server.ask(mentor, "{ viewer { mentor { id } } }"))["viewer"]["mentor"]["id"]
    answer = (await server.ask(mentee, CONNECT, mentor=card, message=message))["connect"]
    assert answer["errors"] == []
    request: str = answer["request"]["id"]
    return request


async def test_a_request_an_acceptance_and_an_end_say_enough_to_start_talking(
    server: Server, mails: MailServer
) -> None:
    house = await House.build("Acme")
    mentor = await house.mentor("Grace Hopper", held={"PROG": 4}, time_zone="America/New_York", location="New York")
    mentee = await house.person("Ada Lovelace", required={"PROG": 5}, job_title="Analyst", time_zone="Asia/Tokyo")
    request = await ask(server, mentee, mentor, "Would you teach me?\nI have an engine.")
    await mails.until(1)
    asked = mails.mails[0]
    assert (asked["To"], asked["Subject"]) == (
        f"Grace Hopper <{mentor.email}>",
        "Ada Lovelace asks you to be their mentor",
    )
    assert asked["From"] == "Mentoring at Acme <mentoring@example.com>"
    row = await MentorRequest.get(mentee_id=mentee.id)
    assert row.expires_at
    for body in (text_of(asked), html_of(asked)):
        assert "Ada Lovelace" in body
        assert "Analyst" in body
        assert "I have an engine." in body
        assert "Skill PROG" in body
        assert "levels 1, 2, 3 and 4" in body
        assert f"https://mentoring.example.com/app/requests/{request}" in body
        assert re.search(r"\w+day, \d+ \w+ \d{4}, \d\d:\d\d \(America/New_York\)", body)
        assert mentee.email not in body
    assert "> Would you teach me?\n> I have an engine." in text_of(asked)
    assert not asked["Reply-To"]

    answer = await server.ask(mentor, ACCEPT, request=request, comment="Gladly. Call me on Monday.")
    await mails.until(2)
    accepted = mails.mails[1]
    assert (accepted["To"], accepted["Subject"]) == (
        f"Ada Lovelace <{mentee.email}>",
        "Grace Hopper is your mentor now",
    )
    assert accepted["Reply-To"] == f"Grace Hopper <{mentor.email}>"
    for body in (text_of(accepted), html_of(accepted)):
        for fact in ("Gladly. Call me on Monday.", mentor.email, "New York", "America/New_York", "Skill PROG"):
            assert fact in body

    mentorship = answer["accept"]["request"]["mentorship"]["id"]
    await server.ask(mentee, END, mentorship=mentorship, reason="I have learnt it all.")
    await mails.until(4)
    ended = {str(mail["To"].addresses[0].addr_spec): mail for mail in mails.mails[2:]}
    assert "You have ended the mentorship with Grace Hopper" in text_of(ended[mentee.email])
    assert "Ada Lovelace has ended your mentorship" in text_of(ended[mentor.email])
    assert "> I have learnt it all." in text_of(ended[mentor.email])
    assert ended[mentor.email]["Subject"] == "Your mentorship with Ada Lovelace has ended"
    assert len({mail["Message-ID"] for mail in mails.mails}) == 4


async def test_a_refusal_carries_the_comment_and_no_contact(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    request = await ask(server, mentee, mentor)
    await server.ask(mentor, DECLINE, request=request, comment="Not this year.")
    await mails.until(2)
    assert "> Not this year." in text_of(mails.mails[1])
    assert mentor.email not in mails.mails[1].as_string()
    assert not mails.mails[1]["Reply-To"]


async def test_an_expired_request_is_told_to_both_sides(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    await ask(server, mentee, mentor)
    await MentorRequest.filter(mentee_id=mentee.id).update(expires_at=datetime.now(UTC))
    await mails.until(3, seconds=25)
    assert mails.to(mentor.email)[1]["Subject"] == "The request from Ada has expired"
    assert mails.to(mentee.email)[0]["Subject"] == "Your request to Grace has expired"


async def test_what_people_write_stays_what_they_wrote(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor = await house.mentor("Grace")
    mentee = await house.person("Ada\r\nBcc: everybody@example.com <script>alert(1)</script>")
    hostile = "<img src=x onerror=alert(1)>\n-- \nMentoring\n{{ settings }} \u202egnp.exe"
    await ask(server, mentee, mentor, hostile)
    await mails.until(1)
    mail = mails.mails[0]
    assert mail["Bcc"] is None
    assert [str(each) for each in mail["To"].addresses] == [f"Grace <{mentor.email}>"]
    assert "\n" not in mail["Subject"]
    assert "<script>" not in html_of(mail)
    assert "<img" not in html_of(mail)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html_of(mail)
    assert "> -- \n".strip() in text_of(mail)
    assert "> {{ settings }} gnp.exe" in text_of(mail)


async def test_who_wants_no_mails_of_a_kind_gets_none(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    await NotificationSetting.create(
        organisation_id=house.organisation.id, person_id=mentor.id, kind="REQUEST_RECEIVED", email=False
    )
    request = await ask(server, mentee, mentor)
    await server.ask(mentor, DECLINE, request=request, comment="No.")
    await mails.until(1)
    assert [mail["Subject"] for mail in mails.mails] == ["Grace cannot be your mentor"]


async def test_mails_wait_for_a_server_that_is_down_and_come_in_order_for_each_person(
    server: Server, mails: MailServer
) -> None:
    house = await House.build()
    mentors = [await house.mentor(f"Mentor {number}") for number in range(5)]
    mentee = await house.person("Ada")
    await mails.close()
    for mentor in mentors:
        request = await ask(server, mentee, mentor)
        await server.ask(mentor, DECLINE, request=request, comment=f"No, says {mentor.name}")
    await asyncio.sleep(1)
    await mails.open()
    await mails.until(10, seconds=30)
    said = [text_of(mail) for mail in mails.to(mentee.email)]
    assert [mentor.name in text for mentor, text in zip(mentors, said, strict=True)] == [True] * 5
    assert all(len(mails.to(mentor.email)) == 1 for mentor in mentors)


async def test_a_worker_killed_between_the_yes_and_its_note_sends_again_under_the_same_id(
    database: str, tmp_path: Path, mails: MailServer
) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    settings = {
        "MENTORING_SMTP_URL": mails.url,
        "MENTORING_LEASE_SECONDS": "3",
        "MENTORING_WEB_URL": "https://mentoring.example.com",
    }
    lock = await asyncpg.connect(database)
    taken = asyncio.Event()

    async def hold_the_note(_mail: EmailMessage) -> None:
        # The worker hears yes, then cannot write down that it did.
        await lock.execute("BEGIN; LOCK TABLE procrastinate_jobs IN EXCLUSIVE MODE")
        taken.set()

    async with running(tmp_path / "first", database_url=database, **settings) as first:
        mails.before_yes = hold_the_note
        await ask(first, mentee, mentor)
        await asyncio.wait_for(taken.wait(), 10)
        await asyncio.sleep(0.3)
        first.process.kill()
        mails.before_yes = None
        await lock.execute("ROLLBACK")
        await lock.close()
    async with running(tmp_path / "second", database_url=database, **settings):
        await mails.until(2, seconds=30)
        await asyncio.sleep(1)
    assert len(mails.mails) == 2
    assert mails.mails[0]["Message-ID"] == mails.mails[1]["Message-ID"]
    assert mails.mails[0].as_bytes() == mails.mails[1].as_bytes()


async def test_a_note_lost_with_its_connection_holds_up_no_later_mail(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor, first, second = await house.mentor("Grace"), await house.person("Ada"), await house.person("Mary")
    lock, other = [await asyncpg.connect(server.database_url) for _ in range(2)]

    async def hold_the_note(_mail: EmailMessage) -> None:
        mails.before_yes = None
        await lock.execute("BEGIN; LOCK TABLE procrastinate_jobs IN EXCLUSIVE MODE")

    mails.before_yes = hold_the_note
    await ask(server, first, mentor)
    async with asyncio.timeout(10):
        while not await other.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE '%procrastinate_finish_job%' AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.05)
    await lock.execute("ROLLBACK")
    await lock.close()
    await other.close()
    await ask(server, second, mentor)
    await mails.until(2)
    assert [mail["Subject"].split()[0] for mail in mails.to(mentor.email)] == ["Ada", "Mary"]


async def test_a_mail_that_is_refused_for_good_is_kept_aside_and_holds_up_nobody(
    server: Server, mails: MailServer
) -> None:
    house = await House.build()
    mentor, gone, mentee = await house.mentor("Grace"), await house.mentor("Gone"), await house.person("Ada")
    mails.refused[gone.email] = "550 no such user"
    await ask(server, mentee, gone)
    await ask(server, mentee, mentor)
    await mails.until(1)
    connection = await asyncpg.connect(server.database_url)
    async with asyncio.timeout(5):
        while await connection.fetch(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed' AND task_name = 'send_mail'"
        ) != [(1,)]:
            await asyncio.sleep(0.05)
    await connection.close()
    assert [mail["To"].addresses[0].addr_spec for mail in mails.mails] == [mentor.email]


async def test_templates_of_a_deployment_take_the_place_of_ours(
    database: str, tmp_path: Path, mails: MailServer
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "request_received.txt").write_text("Subject: Neu: {{ letter.mentee.name }}\n\nHallo {{ link }}\n")
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    async with running(
        tmp_path / "data",
        database_url=database,
        MENTORING_SMTP_URL=mails.url,
        MENTORING_MAIL_TEMPLATES=str(templates),
    ) as server:
        await ask(server, mentee, mentor)
        await mails.until(1)
    assert mails.mails[0]["Subject"] == "Neu: Ada"
    assert text_of(mails.mails[0]).startswith("Hallo http")
    assert "asks you to be their mentor" in html_of(mails.mails[0])


async def test_without_a_server_mails_go_into_a_folder_that_the_log_names(database: str, tmp_path: Path) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    async with running(tmp_path / "data", database_url=database) as server:
        await ask(server, mentee, mentor)
        folder = tmp_path / "data" / "mail"
        async with asyncio.timeout(10):
            while not list(folder.glob("*.eml")):
                await asyncio.sleep(0.05)
        assert str(folder) in server.log.read_text()
        assert "Subject: Ada asks you to be their mentor" in next(folder.glob("*.eml")).read_text()


async def test_a_server_that_stops_in_the_middle_of_a_mail_lets_go_of_it(server: Server, mails: MailServer) -> None:
    house = await House.build()
    mentor, mentee = await house.mentor("Grace"), await house.person("Ada")
    taken = asyncio.Event()

    async def think(_mail: EmailMessage) -> None:
        taken.set()
        await asyncio.sleep(30)

    mails.before_yes = think
    await ask(server, mentee, mentor)
    await asyncio.wait_for(taken.wait(), 10)
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(server.process.wait, 10) == 0
    assert time.monotonic() - started < 10
    connection = await asyncpg.connect(server.database_url)
    jobs = await connection.fetch("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'send_mail'")
    assert jobs == [("todo",)]
    assert await connection.fetch("SELECT id FROM procrastinate_workers") == []
    await connection.close()
