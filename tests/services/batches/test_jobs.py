"""Batches in the database: accepted, worked on, resumed, cancelled, forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import Connection, event

from estimator.services import rulebooks
from estimator.services.audit import Audit
from estimator.services.batches import jobs, work
from estimator.services.batches.jobs import KeyUsedOtherwise, NotInThisState, Status, Upload
from estimator.storage import audit as events
from estimator.storage import batches
from estimator.storage.database import Database
from estimator.storage.tables import Batch

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TODAY = date(2026, 12, 1)
LEASE = timedelta(seconds=30)
ROWS = "patient_ref,clinic_id,plan_id,months\n" + "".join(
    f"{number:03},boston-sample,bcbsma-archetype-ppo,{12 if number % 5 else 'x'}\n"
    for number in range(20)
)
TREATMENTS = "patient_ref,clinic_id,treatments\na,boston-sample,sertraline\n"


@pytest.fixture
def ready(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with a release, in which pieces are of six rows."""
    rulebooks.prepare(database, NOW)
    monkeypatch.setattr("estimator.sheets.grids.reading.ROWS", 6)
    return database


@pytest.fixture
def audit() -> Audit:
    return Audit(b"k" * 32)


def sent(database: Database, audit: Audit, text: str = ROWS, **more: object) -> Batch:
    given = {"file_name": "p.csv", "ending": ".csv", "made_by": "Robin", **more}
    upload = Upload(file=BytesIO(text.encode()), **given)  # type: ignore[arg-type]
    return jobs.accept(database, audit, upload, 1, TODAY, NOW)


def taken(database: Database, worker: str = "w", now: datetime = NOW) -> batches.Taken | None:
    with database.writing() as session:
        return batches.take(session, worker, now, now + LEASE)


def work_off(database: Database, most: int = 100) -> list[batches.Taken]:
    done = []
    while len(done) < most and (piece := taken(database)):
        work.perform(database, piece.batch, piece.number, lambda: NOW)
        done.append(piece)
    return done


def status(database: Database, name: str) -> Status:
    found = jobs.status(database, name, NOW)
    assert found is not None
    return found


def text_of(database: Database, name: str) -> list[str]:
    with database.session() as session:
        return b"".join(batches.parts(session, name, "csv")).decode().splitlines()


def test_a_batch_goes_from_upload_to_results(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)

    done = work_off(ready)

    found = status(ready, batch.name)
    assert [piece.kind for piece in done] == ["read", *["rows"] * 4, *["write"] * 3]
    assert (found.batch.state, found.rows, found.done, found.errors) == ("done", 20, 20, 4)
    assert found.files == ("xlsx", "csv", "parquet")
    assert [row for row, _ in found.problems] == [2, 7, 12, 17]
    assert (found.more_problems, found.notes, found.more_notes) == (0, (), 0)
    lines = text_of(ready, batch.name)
    assert [line.split(",")[0] for line in lines[1:]] == [f"{number:03}" for number in range(20)]


def test_a_piece_done_twice_leaves_what_it_left(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)
    once = sent(ready, audit)
    work_off(ready, 0)
    while piece := taken(ready):
        for _ in range(2 if piece.batch == batch.name else 1):
            work.perform(ready, piece.batch, piece.number, lambda: NOW)

    assert text_of(ready, batch.name) == text_of(ready, once.name)
    assert status(ready, batch.name).done == 20


def test_who_reads_a_file_too_slowly_undoes_nothing(ready: Database, audit: Audit) -> None:
    """Its lease ran out, another read the file and estimated it; then it goes on."""
    batch = sent(ready, audit)
    piece = taken(ready)
    assert piece is not None
    with slowly(ready) as others_turn, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(work.perform, ready, piece.batch, piece.number, lambda: NOW)
        others_turn.wait()
        work.perform(ready, piece.batch, piece.number, lambda: NOW)
        estimated = work_off(ready, 4)
        others_turn.done()
        slow.result()

    assert [each.kind for each in estimated] == ["rows"] * 4
    assert status(ready, batch.name).done == 20
    assert [each.kind for each in work_off(ready)] == ["write"] * 3
    assert status(ready, batch.name).batch.state == "done"


class Turn:
    """Holds the first one up who begins to write in another thread, until all others are done."""

    def __init__(self) -> None:
        self._own = threading.get_ident()
        self._reached, self._go = threading.Event(), threading.Event()

    def hold(self, connection: Connection) -> None:
        writes = connection.get_execution_options().get("estimator_writes")
        if writes and threading.get_ident() != self._own and not self._reached.is_set():
            self._reached.set()
            assert self._go.wait(60)

    def wait(self) -> None:
        assert self._reached.wait(60)

    def done(self) -> None:
        self._go.set()


@contextmanager
def slowly(database: Database) -> Iterator[Turn]:
    turn = Turn()
    event.listen(database.engine, "engine_connect", turn.hold)
    try:
        yield turn
    finally:
        turn.done()
        event.remove(database.engine, "engine_connect", turn.hold)


def test_a_file_removed_while_it_is_sent_is_still_whole(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)
    with ready.writing() as session:
        for number in range(4):
            batches.keep_part(session, batch.name, "csv", number, b"%d" % number)

    with ready.session() as session:
        parts = batches.parts(session, batch.name, "csv")
        found = [next(parts)]
        jobs.delete(ready, audit, batch.name, "Robin", NOW)
        found += parts

    assert found == [b"0", b"1", b"2", b"3"]


def test_the_same_results_are_the_same_bytes(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit, TREATMENTS)
    work_off(ready)

    with ready.session() as session:
        content = b"".join(batches.parts(session, batch.name, "xlsx"))
    with ZipFile(BytesIO(content)) as book:
        about = book.read("docProps/core.xml").decode()
    assert str(datetime.now(UTC).year) not in about, "no moment of writing stands in it"


def test_a_piece_of_a_worker_that_is_gone_is_anothers(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)
    assert taken(ready, "gone") is not None
    assert taken(ready, "next") is None, "it is still leased"

    late = NOW + LEASE + timedelta(seconds=1)
    again = taken(ready, "next", late)

    assert again is not None
    assert (again.batch, again.number, again.attempts) == (batch.name, 0, 2)


def test_a_worker_that_is_heard_of_keeps_its_piece(ready: Database, audit: Audit) -> None:
    sent(ready, audit)
    piece = taken(ready, "slow")
    assert piece is not None
    late = NOW + LEASE + timedelta(seconds=1)
    with ready.writing() as session:
        batches.renew(session, [(piece.batch, piece.number)], "slow", late + LEASE)

    assert taken(ready, "next", late) is None


def test_a_small_batch_does_not_wait_for_the_end_of_a_large_one(
    ready: Database, audit: Audit
) -> None:
    large, small = sent(ready, audit), sent(ready, audit, TREATMENTS)
    order = []
    moment = NOW + timedelta(seconds=1)
    while piece := taken(ready, "w", moment):
        moment += timedelta(milliseconds=1)
        work.perform(ready, piece.batch, piece.number, lambda: NOW)
        order.append(piece.batch)

    last = len(order) - 1 - order[::-1].index(small.name)
    assert order.count(small.name) == 5
    assert last < len(order) - 1 - order[::-1].index(large.name)
    assert order[0] != order[1]
    assert order[2] != order[3]


def test_one_release_serves_the_whole_batch(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit, TREATMENTS)
    assert work_off(ready)

    assert text_of(ready, batch.name)[1].endswith(",1")


def test_a_missing_column_is_asked_for_and_then_it_goes_on(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit, TREATMENTS.replace("patient_ref", "chart number"))
    work_off(ready)
    waiting = status(ready, batch.name).batch
    assert (waiting.state, jobs.missing_columns(waiting)) == ("mapping", ("patient_ref",))

    jobs.choose_columns(ready, batch.name, {"patient_ref": "chart number"}, NOW)
    work_off(ready)

    assert status(ready, batch.name).batch.state == "done"
    with pytest.raises(NotInThisState):
        jobs.choose_columns(ready, batch.name, {}, NOW)


def test_a_cancelled_batch_is_worked_on_no_more(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)
    work_off(ready, 2)
    piece = taken(ready)
    assert piece is not None

    jobs.cancel(ready, audit, batch.name, "Robin", NOW)
    work.perform(ready, piece.batch, piece.number, lambda: NOW)

    assert taken(ready) is None
    assert status(ready, batch.name).batch.state == "cancelled"
    with pytest.raises(NotInThisState):
        jobs.cancel(ready, audit, batch.name, "Robin", NOW)


def test_a_key_makes_one_batch_and_only_of_one_file(ready: Database, audit: Audit) -> None:
    first = sent(ready, audit, idempotency_key="k")

    assert sent(ready, audit, idempotency_key="k").name == first.name
    assert sent(ready, audit, idempotency_key="k", made_by="Sam").name != first.name
    with pytest.raises(KeyUsedOtherwise):
        sent(ready, audit, TREATMENTS, idempotency_key="k")


def test_a_key_sent_twice_in_the_same_moment_makes_one_batch(ready: Database, audit: Audit) -> None:
    together = threading.Barrier(4)

    def send(key: str) -> str:
        together.wait(60)
        return sent(ready, audit, idempotency_key=key).name

    with ThreadPoolExecutor(4) as pool:
        for key in "abcd":
            assert len(set(pool.map(send, key * 4))) == 1


def test_what_corrects_a_batch_without_results_is_estimated_whole(
    ready: Database, audit: Audit
) -> None:
    cancelled = sent(ready, audit)
    jobs.cancel(ready, audit, cancelled.name, "Robin", NOW)

    second = sent(ready, audit, corrects=cancelled.name)
    work_off(ready)

    assert status(ready, second.name).done == 20


def test_only_corrected_rows_are_estimated_again(ready: Database, audit: Audit) -> None:
    first = sent(ready, audit)
    work_off(ready)

    second = sent(ready, audit, ROWS.replace("x\n", "6\n"), corrects=first.name)
    work_off(ready)

    found = status(ready, second.name)
    assert (found.batch.state, found.rows, found.errors) == ("done", 4, 0)
    lines = text_of(ready, second.name)
    assert [line.split(",")[0] for line in lines[1:]] == ["000", "005", "010", "015"]


def test_a_row_that_had_no_reference_is_estimated_when_it_has_one(
    ready: Database, audit: Audit
) -> None:
    rows = "patient_ref,clinic_id,treatments\na,boston-sample,sertraline\n"
    first = sent(ready, audit, rows + ",boston-sample,sertraline\n")
    work_off(ready)

    second = sent(ready, audit, rows + "b,boston-sample,sertraline\n", corrects=first.name)
    work_off(ready)

    assert [line.split(",")[0] for line in text_of(ready, second.name)[1:]] == ["b"]


def test_a_file_that_cannot_be_read_fails_with_its_finding(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit, "patient_ref\n")
    work_off(ready)

    found = status(ready, batch.name).batch
    assert (found.state, [each.code for each in jobs.findings_of(found)]) == (
        "failed",
        ["table-without-rows"],
    )


def test_old_batches_are_forgotten_and_the_audit_says_so(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit, TREATMENTS)
    work_off(ready)

    kept = jobs.forget_old(ready, audit, 30, NOW + timedelta(days=29))
    gone = jobs.forget_old(ready, audit, 30, NOW + timedelta(days=31))

    assert (kept, gone) == (0, 1)
    assert jobs.status(ready, batch.name, NOW) is None
    with ready.session() as session:
        assert batches.files(session, batch.name) == {}
        told = [event.action for event in events.newest(session, 2)]
    assert told == ["batch.delete", "batch.upload"]


def test_a_piece_begun_again_and_again_gives_its_batch_up(ready: Database, audit: Audit) -> None:
    batch = sent(ready, audit)

    work.give_up(ready, batch.name, NOW)

    found = status(ready, batch.name).batch
    assert found.state == "failed"
    assert [each.code for each in jobs.findings_of(found)] == ["batch-stopped"]
