import asyncio
import json
import random

import pytest
from api_doubles import START, Server, answer, client, error, gather, ok, paged, request, videos
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.api.events import Gap, Keeper, Known, Refusal, Restart
from tiksql.api.executor import MOST_MISSED, PAGES_AHEAD, fetch
from tiksql.api.pages import decode_page
from tiksql.api.quota import Meter
from tiksql.errors import ConnectionFailedError, QuotaError, RefusedError


class Asker:
    """Requests of some pages each, answered after delays in a clock of their own."""

    def __init__(self, pages, *, delays=lambda: 0, failures=None):
        self.pages, self.delays, self.failures = pages, delays, failures or {}
        self.asked, self.flying, self.most = [], 0, 0
        self.cancelled = 0

    async def fetch_page(self, asked, _body, number):
        self.asked.append((asked.branch, number))
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            for _ in range(self.delays()):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.flying -= 1
        if failure := self.failures.get((asked.branch, number)):
            raise failure
        more = number < self.pages[asked.branch]
        raw = json.dumps(videos(0, 1, cursor=number, more=more)).encode()
        return decode_page(asked, number, raw, START)


def requests(count):
    return [request(branch=n) for n in range(count)]


def names(pages):
    return [(page.request.branch, page.number) for page in pages]


def expected(pages):
    return [(n, number) for n, last in enumerate(pages) for number in range(1, last + 1)]


LOST = ConnectionFailedError("TS511", "lost")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 9), max_size=9),
    st.integers(1, 6),
    st.integers(0, 2**32),
    st.integers(0, 9),
)
def test_any_interleaving_yields_the_same_order(pages, concurrency, seed, slowest):
    chance = random.Random(seed)
    asker = Asker(pages, delays=lambda: chance.randint(0, slowest))
    found, failed = gather(fetch(requests(len(pages)), asker, concurrency=concurrency))
    assert failed is None
    assert names(found) == expected(pages)
    assert sorted(asker.asked) == expected(pages)
    assert asker.most <= concurrency


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.integers(1, 4),
    st.integers(0, 2**32),
    st.data(),
)
def test_after_a_failure_what_came_is_yielded_in_order_then_it_is_raised(pages, many, seed, data):
    chance = random.Random(seed)
    broken = data.draw(st.sampled_from(expected(pages)))
    asker = Asker(pages, delays=lambda: chance.randint(0, 5), failures={broken: LOST})
    found, failed = gather(fetch(requests(len(pages)), asker, concurrency=many))
    assert failed is LOST
    assert names(found) == sorted(set(asker.asked) - {broken})


def test_nothing_is_asked_after_a_failure():
    ready = asyncio.Event()

    class Gate(Asker):
        async def fetch_page(self, asked, body, number):
            if asked.branch == 1:
                self.asked.append((1, number))
                raise LOST
            ready.set()
            for _ in range(20):
                await asyncio.sleep(0)
            return await super().fetch_page(asked, body, number)

    asker = Gate([9, 9, 9, 9])
    found, failed = gather(fetch(requests(4), asker, concurrency=2))
    assert failed is LOST
    assert names(found) == [(0, 1)]
    assert sorted(asker.asked) == [(0, 1), (1, 1)]


@pytest.mark.parametrize("read", range(7))
def test_one_at_a_time_asks_for_nothing_before_it_is_wanted(read):
    asker = Asker([3, 3])

    async def play():
        pages = fetch(requests(2), asker, concurrency=1)
        for _ in range(read):
            await anext(pages)
        await pages.aclose()

    asyncio.run(play())
    assert asker.asked == expected([3, 3])[:read]


@pytest.mark.parametrize("concurrency", [2, 4])
def test_ahead_of_a_slow_reader_memory_stays_flat(concurrency):
    asker = Asker([100] * 50)

    async def play():
        pages = fetch(requests(50), asker, concurrency=concurrency)
        await anext(pages)
        for _ in range(2000):
            await asyncio.sleep(0)
        await pages.aclose()

    asyncio.run(play())
    assert len(asker.asked) <= concurrency * PAGES_AHEAD + 1


def test_many_small_requests_do_not_run_away_from_the_reader():
    asker = Asker([1] * 100)

    async def play():
        pages = fetch(requests(100), asker, concurrency=4)
        await anext(pages)
        for _ in range(500):
            await asyncio.sleep(0)
        await pages.aclose()

    asyncio.run(play())
    assert len(asker.asked) <= 9


def test_closing_early_cancels_what_is_in_flight_and_leaves_no_task():
    asker = Asker([5] * 8, delays=lambda: 3)

    async def play():
        pages = fetch(requests(8), asker, concurrency=4)
        await anext(pages)
        await pages.aclose()
        return asyncio.all_tasks()

    assert len(asyncio.run(play())) == 1
    assert asker.flying == 0
    assert asker.cancelled


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_mistake_of_ours_is_not_swallowed(concurrency):
    asker = Asker([2, 2], failures={(1, 2): ZeroDivisionError()})
    found, failed = gather(fetch(requests(2), asker, concurrency=concurrency))
    assert isinstance(failed, ZeroDivisionError)
    assert names(found) == [(0, 1), (0, 2), (1, 1)]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_requests_are_no_pages(concurrency):
    assert gather(fetch([], Asker([]), concurrency=concurrency)) == ([], None)


class Remembering(Keeper):
    """Knows pages by the branch of their request, and notes what it is told."""

    def __init__(self, pages=None, earlier=(), refused=None):
        self.pages, self.earlier, self.words = pages or {}, earlier, refused
        self.told = []

    def known(self, asked):
        return Known(self.earlier, self.pages.get(asked.branch, ()), self.words)

    def restarted(self, asked):
        self.told.append(("restarted", asked.branch))

    def done(self, asked):
        self.told.append(("done", asked.branch))

    def refused(self, asked, message):
        self.told.append(("refused", asked.branch, message))

    def missed(self, asked, error):
        self.told.append(("missed", asked.branch, error.code))


@pytest.mark.parametrize("concurrency", [1, 2])
@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_recorded_pages_are_yielded_and_not_asked_for(concurrency, known):
    first, _ = gather(fetch(requests(2), Asker([3, 3]), concurrency=1))
    asker = Asker([3, 3])
    found, failed = gather(
        fetch(
            requests(2),
            asker,
            concurrency=concurrency,
            keeper=Remembering(
                {n: [p for p in first if p.request.branch == n][:known] for n in (0, 1)}
            ),
        )
    )
    assert failed is None
    assert names(found) == expected([3, 3])
    assert len(asker.asked) == 6 - 2 * known


def test_the_next_page_after_recorded_ones_carries_their_cursor():
    first, _ = gather(fetch([request()], client(Server(paged(350))), concurrency=1))
    server = Server(paged(350))
    asker = client(server)
    pages, _ = gather(fetch([request()], asker, concurrency=1, keeper=Remembering({1: first[:2]})))
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert json.loads(server.requests[0].content)["cursor"] == 200


REFUSALS = [
    "`username: nobody` is invalid: cannot find the user",
    "API cannot return this user's information",
    "This user is private",
    "the data is not allowed to be disclosed",
    "User information cannot be returned",
]


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("message", REFUSALS)
def test_a_refused_key_is_listed_and_the_others_go_on(concurrency, message):
    def serve(sent):
        name = json.loads(sent.content)["username"]
        found = ok({"display_name": name})
        return error(400, "invalid_params", message) if name == "b" else answer(found)

    asked = [request("users", body={"username": name}, key=name) for name in "abc"]
    found, failed = gather(fetch(asked, client(Server(serve)), concurrency=concurrency))
    assert failed is None
    assert found[1] == Refusal(asked[1], message)
    assert [page.request.key for page in found] == ["a", "b", "c"]


def test_other_refusals_and_those_of_searches_end_the_fetch():
    wrong = error(400, "invalid_params", "`fields` is invalid")
    private = error(400, "invalid_params", REFUSALS[0])
    for asked, fault in ((request("users", key="a"), wrong), (request(), private)):
        server = Server(faults=lambda _, fault=fault: fault)
        found, failed = gather(fetch([asked] * 3, client(server), concurrency=1))
        assert isinstance(failed, RefusedError)
        assert (found, len(server.requests)) == ([], 1)


@pytest.mark.parametrize("concurrency", [1, 2, 4, 8])
@pytest.mark.parametrize("cap", [0, 1, 5, 11])
def test_the_cap_is_exact_however_many_are_in_flight(concurrency, cap):
    server, meter = Server(paged(300)), Meter(max_requests=cap)
    asker = client(server, meter=meter)
    found, failed = gather(fetch(requests(4), asker, concurrency=concurrency))
    assert isinstance(failed, QuotaError)
    assert len(server.requests) == meter.requests == cap == len(found)
    assert names(found) == sorted(names(found))


def test_a_grace_period_ends_pages_that_hang(monkeypatch):
    monkeypatch.setattr("tiksql.api.executor.GRACE_SECONDS", 0.01)

    class Hang(Asker):
        async def fetch_page(self, asked, _body, _number):
            if asked.branch == 1:
                raise LOST
            await asyncio.sleep(60)

    found, failed = gather(fetch(requests(2), Hang([1, 1]), concurrency=2))
    assert (found, failed) == ([], LOST)


FORGOTTEN = error(400, "invalid_params", "Search Id 7 is invalid or expired")


def forgetful(total, *, at):
    """Serve a search whose search_id is forgotten at a cursor, until a new search begins."""
    state = {"lost": False}

    def serve(sent):
        cursor = json.loads(sent.content).get("cursor", 0)
        state["lost"] = cursor == at if not state.get("over") else False
        if cursor == 0 and state.get("seen"):
            state["over"] = True
        state["seen"] = True
        return FORGOTTEN if state["lost"] else paged(total)(sent)

    return Server(serve)


def kinds(events):
    return [type(event).__name__ for event in events]


def test_a_search_that_the_api_forgot_begins_anew_once():
    keeper = Remembering()
    found, failed = gather(
        fetch([request()], client(forgetful(350, at=200)), concurrency=1, keeper=keeper)
    )
    assert failed is None
    assert kinds(found) == ["Page", "Page", "Restart", "Page", "Page", "Page", "Page"]
    assert [e.number for e in found if not isinstance(e, Restart)] == [1, 2, 1, 2, 3, 4]
    assert keeper.told == [("restarted", 1), ("done", 1)]


def test_a_search_that_is_forgotten_again_and_again_ends():
    server = Server(lambda s: FORGOTTEN if b"cursor" in s.content else paged(350)(s))
    found, failed = gather(fetch([request()], client(server), concurrency=1))
    assert kinds(found) == ["Page", "Restart", "Page"]
    assert failed.code == "TS522"
    assert failed.hint
    assert len(server.requests) == 2 * (1 + 4)


def test_pages_of_a_lost_search_come_before_those_of_the_present_one():
    first, _ = gather(fetch([request()], client(Server(paged(350))), concurrency=1))
    keeper = Remembering({1: first[:1]}, earlier=first[:2])
    server = Server(paged(350))
    found, _ = gather(fetch([request()], client(server), concurrency=1, keeper=keeper))
    assert [page.number for page in found] == [1, 2, 1, 2, 3, 4]
    assert len(server.requests) == 3


def test_a_key_that_is_known_to_be_refused_is_not_asked_again():
    asked = request("users", body={"username": "a"}, key="a")
    server = Server()
    keeper = Remembering(refused="gone")
    found, _ = gather(fetch([asked], client(server), concurrency=1, keeper=keeper))
    assert found == [Refusal(asked, "gone")]
    assert server.requests == []


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("code", ["TS511", "TS516", "TS518"])
def test_a_request_that_fails_for_good_is_a_gap_and_the_others_go_on(concurrency, code):
    keeper = Remembering()
    asker = Asker([2, 2, 2], failures={(1, 2): ConnectionFailedError(code, "no")})
    found, failed = gather(
        fetch(requests(3), asker, concurrency=concurrency, keeper=keeper, goes_on=True)
    )
    assert failed is None
    assert [(e.request.branch, type(e) is Gap) for e in found] == [
        (0, False),
        (0, False),
        (1, False),
        (1, True),
        (2, False),
        (2, False),
    ]
    assert set(keeper.told) == {("done", 0), ("missed", 1, code), ("done", 2)}


@pytest.mark.parametrize("code", ["TS510", "TS512", "TS519"])
def test_a_failure_that_concerns_all_requests_is_never_a_gap(code):
    asker = Asker([2, 2, 2], failures={(1, 2): ConnectionFailedError(code, "no")})
    found, failed = gather(fetch(requests(3), asker, concurrency=1, goes_on=True))
    assert failed.code == code
    assert len(found) == 3


def test_many_gaps_in_a_row_mean_that_the_api_is_down_and_nothing_more_is_spent():
    failures = {(n, 1): ConnectionFailedError("TS518", "no") for n in range(50)}
    asker = Asker([1] * 50, failures=failures)
    found, failed = gather(fetch(requests(50), asker, concurrency=1, goes_on=True))
    assert failed.code == "TS518"
    assert len(found) == len(asker.asked) == MOST_MISSED
