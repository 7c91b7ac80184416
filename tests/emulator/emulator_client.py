"""A client for the tests: in the same process or over a socket, and as literal as can be."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass
from functools import cache

import httpx

from tiksql.emulator.app import create_app
from tiksql.emulator.settings import Settings

VIDEO = "/v2/research/video/query/"
USER = "/v2/research/user/info/"
COMMENTS = "/v2/research/video/comment/list/"
LIKED = "/v2/research/user/liked_videos/"
PINNED = "/v2/research/user/pinned_videos/"
REPOSTED = "/v2/research/user/reposted_videos/"
FOLLOWERS = "/v2/research/user/followers/"
FOLLOWING = "/v2/research/user/following/"
PLAYLIST = "/v2/research/playlist/info/"
SHOP = "/v2/research/tts/shop/"
PRODUCT = "/v2/research/tts/product/"
REVIEW = "/v2/research/tts/review/"
JOE = {"username": "joe1234567"}
TOKEN = "/v2/oauth/token/"
FORM = "application/x-www-form-urlencoded"
CREDENTIALS = "client_key=k&client_secret=s&grant_type=client_credentials"
ALL_FIELDS = (
    "id,video_description,create_time,region_code,share_count,view_count,like_count,comment_count,"
    "music_id,hashtag_names,username,effect_ids,playlist_id,voice_to_text,is_stem_verified,"
    "favorites_count,video_duration,hashtag_info_list,sticker_info_list,effect_info_list,"
    "video_mention_list,video_label,video_tag"
)
START, END = "20220615", "20220628"
GETTING_STARTED = {
    "query": {
        "and": [
            {"operation": "IN", "field_name": "region_code", "field_values": ["US", "CA"]},
            {"operation": "EQ", "field_name": "keyword", "field_values": ["hello world"]},
        ]
    },
    "start_date": START,
    "end_date": END,
    "max_count": 100,
}


@dataclass
class Answer:
    status: int
    json: dict
    content: bytes
    headers: httpx.Headers

    @property
    def data(self):
        assert self.status == 200, self.json
        assert self.json["error"]["code"] == "ok"
        return self.json["data"]

    @property
    def refusal(self):
        error = self.json["error"]
        return self.status, error["code"], error["message"]


class Api:
    """An emulator with a clock that the test turns (``api.elapsed += 60``)."""

    def __init__(self, **settings):
        self.settings = Settings(**{"videos": 30_000, "quota": 10**9, **settings})
        self.elapsed = 1000.0
        self.app = create_app(self.settings, elapsed=lambda: self.elapsed)
        self.emulator = self.app.state.emulator
        self.bearer = self.new_token()

    def send(self, method, url, **request):
        async def one():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as client:
                return await client.request(method, url, **request)

        answer = asyncio.run(one())
        return Answer(answer.status_code, answer.json(), answer.content, answer.headers)

    def new_token(self, form=CREDENTIALS):
        answer = self.send("POST", TOKEN, content=form, headers={"Content-Type": FORM})
        return answer.json["access_token"]

    def post(self, path, body, fields="id", **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = path if fields is None else f"{path}?fields={fields}"
        known = {"Authorization": f"Bearer {self.bearer}", "Content-Type": "application/json"}
        return self.send("POST", url, content=content, headers={**known, **headers})

    def query(self, body, fields="id"):
        return self.post(VIDEO, body, fields)

    def user(self, username, fields="display_name"):
        return self.post(USER, {"username": username}, fields)

    def pages(self, body, fields="id"):
        """Page as the documentation says: the same body, with cursor and search_id."""
        pages = [self.query(body, fields).data]
        while pages[-1]["has_more"]:
            last = pages[-1]
            more = {"cursor": last["cursor"], "search_id": last["search_id"]}
            pages.append(self.query({**body, **more}, fields).data)
        return pages

    def videos(self, body, fields="id"):
        return [video for page in self.pages(body, fields) for video in page["videos"]]

    def cursored(self, path, body, fields="id"):
        """Page by the cursor alone, until there is no more; each cursor may come once."""
        pages, seen = [self.post(path, body, fields).data], set()
        while pages[-1]["has_more"]:
            cursor = pages[-1]["cursor"]
            assert cursor not in seen, "a loop"
            seen.add(cursor)
            pages.append(self.post(path, {**body, "cursor": cursor}, fields).data)
        return pages

    def listed(self, path, body, key, fields="id"):
        return [record for page in self.cursored(path, body, fields) for record in page[key]]

    def by_id(self, ids, fields):
        """What ``video/query`` says of some videos, by id, asked for by the day of each id."""
        found = {}
        for video_id in ids:
            day = dt.datetime.fromtimestamp(video_id >> 32, dt.UTC).date()
            dates = {"start_date": f"{day:%Y%m%d}", "end_date": f"{day + dt.timedelta(5):%Y%m%d}"}
            query = {"and": [condition("video_id", "EQ", video_id)]}
            for video in self.query({"query": query, **dates}, fields).data["videos"]:
                found[video_id] = video
        return found

    def raw(self, start=START, end=END):
        """The videos themselves, removed ones included, by falling id."""
        first, last = (dt.date.fromisoformat(day) for day in (start, end))
        found = [video for _, video in self.emulator.dataset.between(first, last)]
        return sorted(found, key=lambda video: -video.id)


@cache
def shared_api():
    """An emulator that no test may change, for the many that only ask."""
    return Api()


def condition(field, operation, *values):
    return {"operation": operation, "field_name": field, "field_values": list(values)}


def question(every=(), some=(), none=(), **more):
    groups = {"and": list(every), "or": list(some), "not": list(none)}
    query = {name: group for name, group in groups.items() if group}
    return {"query": query, "start_date": START, "end_date": END, "max_count": 100, **more}


EVERYTHING = question([condition("view_count", "GTE", "0")])
NOTHING = question([condition("username", "EQ", "missing_user_xyz")])
