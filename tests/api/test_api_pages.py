import json

import pytest
from api_doubles import START, Server, answer, client, gather, ok, paged, request, videos

from tiksql.api.executor import fetch
from tiksql.api.pages import Trail, decode_page, next_body
from tiksql.errors import ConnectionFailedError, RefusedError


def page(asked, data, number=1):
    return decode_page(asked, number, json.dumps(ok(data)).encode(), START)


def test_a_page_keeps_its_bytes_and_the_request_it_came_from():
    asked, raw = request(), json.dumps(videos(0, 2, cursor=2, more=False)).encode()
    found = decode_page(asked, 3, raw, START)
    assert (found.raw, found.request, found.number, found.count) == (raw, asked, 3, 2)
    assert (found.log_id, found.received_at) == ("L1", START)


def test_a_search_goes_on_with_cursor_and_search_id_in_the_same_body():
    asked = request()
    first = page(asked, {"videos": [{}], "cursor": 100, "has_more": True, "search_id": "77"})
    assert next_body(asked, first, Trail()) == {**asked.body, "cursor": 100, "search_id": "77"}


def test_a_search_goes_on_with_its_id_where_none_comes():
    asked, trail = request(), Trail()
    for number, given in enumerate(["a", None, "a", ""], 1):
        data = {"videos": [{}], "cursor": number, "has_more": True, "search_id": given}
        assert next_body(asked, page(asked, data, number), trail)["search_id"] == "a"


def test_a_page_of_another_search_is_no_page_of_this_one():
    asked, trail = request(), Trail()
    for number, (given, more) in enumerate([("a", True), ("b", False)], 1):
        data = {"videos": [{}], "cursor": number, "has_more": more, "search_id": given}
        found = page(asked, data, number)
        if number == 1:
            next_body(asked, found, trail)
        else:
            with pytest.raises(RefusedError, match="page 2 is of another one"):
                next_body(asked, found, trail)


@pytest.mark.parametrize("table", ["comments", "reposted_videos", "liked_videos", "followers"])
def test_other_lists_go_on_with_the_cursor_alone(table):
    asked = request(table, body={"username": "x", "max_count": 100})
    key = asked.table.list_keys[0]
    first = page(asked, {key: [{}], "cursor": 1_700_000_000, "has_more": True, "search_id": "1"})
    assert next_body(asked, first, Trail()) == {**asked.body, "cursor": 1_700_000_000}


@pytest.mark.parametrize("table", ["users", "pinned_videos", "shops"])
def test_tables_without_paging_have_one_page(table):
    asked = request(table)
    data = {key: [] for key in asked.table.list_keys[:1]} | {"has_more": True, "cursor": 5}
    assert next_body(asked, page(asked, data), Trail()) is None


@pytest.mark.parametrize(
    ("count", "number", "start"),
    [(10, 1, 2), (10, 4, 5), (9, 1, None), (0, 3, None)],
)
def test_numbered_pages_go_on_until_one_is_short(count, number, start):
    asked = request("shop_products", body={"shop_id": 1, "page_start": 1, "page_size": 10})
    found = next_body(asked, page(asked, {"product_data": [{}] * count}, number), Trail())
    assert found == (None if start is None else {**asked.body, "page_start": start})


def test_a_short_page_is_not_the_end():
    asked = request()
    short = page(asked, {"videos": [{}], "cursor": 100, "has_more": True, "search_id": "1"})
    assert next_body(asked, short, Trail()) is not None


@pytest.mark.parametrize(("count", "goes_on"), [(100, True), (99, False)])
def test_an_answer_that_does_not_say_is_followed_when_it_is_full(count, goes_on):
    asked = request("comments", body={"video_id": 1, "max_count": 100})
    raw = b'{"data":{"comments":[' + b",".join([b"{}"] * count)
    raw += b'],"cursor":100},"error":{"code":"ok"}}'
    found = decode_page(asked, 1, raw, START)
    assert (next_body(asked, found, Trail()) is not None) == goes_on


@pytest.mark.parametrize("table", ["videos", "comments", "liked_videos", "followers", "playlists"])
@pytest.mark.parametrize("cursors", [[None], [0], [-5], [10, 10], [10, 20, 10], ["x"]])
def test_more_without_a_way_to_it_is_an_error_and_never_a_loop(table, cursors):
    asked, trail = request(table, body={"max_count": 100}), Trail()
    key = asked.table.list_keys[0] if asked.table.list_keys else "playlist_id"
    pages = [
        page(asked, {key: [{}], "cursor": cursor, "has_more": True, "search_id": "1"}, number)
        for number, cursor in enumerate(cursors, 1)
    ]
    for fine in pages[:-1]:
        next_body(asked, fine, trail)
    with pytest.raises(ConnectionFailedError, match="gives no way to it") as raised:
        next_body(asked, pages[-1], trail)
    assert raised.value.code == "TS516"


def test_an_index_never_goes_back_but_a_time_does():
    data = {"has_more": True, "search_id": "1"}
    for table, falls in (("videos", False), ("followers", True)):
        asked, trail = request(table, body={}), Trail()
        key = asked.table.list_keys[0]
        next_body(asked, page(asked, {**data, key: [{}], "cursor": 50}), trail)
        later = page(asked, {**data, key: [{}], "cursor": 40}, 2)
        if falls:
            assert next_body(asked, later, trail) == {"cursor": 40}
        else:
            with pytest.raises(ConnectionFailedError, match="goes back"):
                next_body(asked, later, trail)


def test_more_of_a_search_without_its_id_is_an_error():
    asked = request()
    first = page(asked, {"videos": [{}], "cursor": 100, "has_more": True})
    with pytest.raises(ConnectionFailedError, match="search_id"):
        next_body(asked, first, Trail())


@pytest.mark.parametrize(("empty", "fails"), [(5, False), (6, True)])
def test_five_empty_pages_in_a_row_are_followed(empty, fails):
    def serve(sent):
        cursor = json.loads(sent.content).get("cursor", 0) // 10
        last = cursor == empty
        return answer(videos(0, int(last), cursor=(cursor + 1) * 10, more=not last))

    pages, error = gather(fetch([request()], client(Server(serve)), concurrency=1))
    assert bool(error) == fails
    assert len(pages) == 6


def test_a_search_is_read_to_its_end():
    server = Server(paged(350))
    pages, error = gather(fetch([request()], client(server), concurrency=1))
    assert error is None
    assert [(p.number, p.count) for p in pages] == [(1, 100), (2, 100), (3, 100), (4, 50)]
    bodies = [json.loads(sent.content) for sent in server.requests]
    assert [b.get("cursor") for b in bodies] == [None, 100, 200, 300]
    assert [b.get("search_id") for b in bodies] == [None, "7", "7", "7"]
    assert all(b["query"] == {"and": []} for b in bodies)
