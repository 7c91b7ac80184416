"""Shops, products and reviews: by pages, with numbers that add up."""

from functools import cache

import pytest
from emulator_client import PRODUCT, REVIEW, SHOP, Api, shared_api

from tiksql.catalog import load
from tiksql.emulator.market import EXAMPLE_SHOP

TABLES = {SHOP: "shops", PRODUCT: "shop_products", REVIEW: "shop_reviews"}
FIELDS = {
    path: ",".join(c.field for c in load().tables[name].columns.values() if c.is_field)
    for path, name in TABLES.items()
}
KEYS = {SHOP: "shop_data", PRODUCT: "product_data", REVIEW: "review_data"}
EVERY = pytest.mark.parametrize("path", [SHOP, PRODUCT, REVIEW])


def ask(path, **body):
    answer = shared_api().post(path, {"fields": FIELDS[path], **body}, None)
    assert answer.data.keys() == {KEYS[path]}
    return answer.data[KEYS[path]]


def numbered(path, **body):
    """Page until a page is not full."""
    found, number = [], 1
    while True:
        page = ask(path, page_start=number, page_size=10, **body)
        found += page
        if len(page) < 10:
            return found
        number += 1


@cache
def shop():
    return ask(SHOP, shop_name=EXAMPLE_SHOP)[0]


@cache
def products():
    return numbered(PRODUCT, shop_id=shop()["shop_id"])


@cache
def reviewed():
    return max(products(), key=lambda product: product["product_review_count"])


def body_of(path):
    keys = {
        SHOP: {"shop_name": "store"},
        PRODUCT: {"shop_id": shop()["shop_id"]},
        REVIEW: {"product_id": reviewed()["product_id"]},
    }
    return keys[path]


def refused(path, body, fields=None):
    status, code, message = shared_api().post(path, body, fields).refusal
    assert (status, code) == (400, "invalid_params")
    return message


def test_a_shop_is_found_by_its_name_whatever_its_case():
    assert shop()["shop_name"] == EXAMPLE_SHOP
    assert ask(SHOP, shop_name=EXAMPLE_SHOP.upper())[0] == shop()
    assert ask(SHOP, shop_name="no such shop") == []


def test_part_of_a_name_finds_up_to_ten_shops():
    assert len(ask(SHOP, shop_name="store")) == 10
    found = ask(SHOP, shop_name="store", limit="3")
    assert len(found) == 3
    assert all("store" in each["shop_name"].lower() for each in found)


def test_the_counts_of_a_shop_are_the_sums_of_its_products():
    assert len(products()) > 10
    assert len({product["product_id"] for product in products()}) == len(products())
    counted = sum(product["product_review_count"] for product in products())
    assert shop()["shop_review_count"] == counted
    sold = sum(product["product_sold_count"] for product in products())
    assert shop()["item_sold_count"] == sold
    assert {product["shop_name"] for product in products()} == {shop()["shop_name"]}


def test_the_counts_by_stars_are_those_of_the_reviews():
    words = ["ONE", "TWO", "THREE", "FOUR", "FIVE"]
    for product in [reviewed(), *products()[:6]]:
        reviews = numbered(REVIEW, product_id=product["product_id"])
        assert len(reviews) == product["product_review_count"] <= product["product_sold_count"]
        for stars, word in enumerate(words, 1):
            counted = sum(review["review_rating"] == word for review in reviews)
            assert product[f"product_rating_{stars}_count"] == counted
        assert {review["product_name"] for review in reviews} <= {product["product_name"]}


def test_ratings_are_texts_and_means_of_the_stars():
    product = reviewed()
    stars = sum(n * product[f"product_rating_{n}_count"] for n in range(1, 6))
    mean = stars / product["product_review_count"]
    assert product["product_rating"] == f"{mean:.1f}"
    assert 1 <= float(shop()["shop_rating"]) <= 5


def test_reviews_are_the_newest_first_in_milliseconds_of_the_past():
    reviews = numbered(REVIEW, product_id=reviewed()["product_id"])
    times = [review["create_time"] for review in reviews]
    assert times == sorted(times, reverse=True)
    assert 1_640_995_200_000 <= min(times) <= max(times)
    assert max(times) <= shared_api().settings.now.timestamp() * 1000


def test_prices_are_lists_of_texts_with_the_currency():
    for product in products():
        assert product["product_price"]
        for price in product["product_price"]:
            assert price.endswith("EUR")
            assert float(price.removesuffix("EUR")) > 0
    assert any(len(product["product_price"]) > 1 for product in products())


def test_values_have_their_json_types():
    texts = {
        *("shop_name", "shop_rating", "product_name", "product_description", "product_rating"),
        *("review_text", "review_rating", "display_name"),
    }
    reviews = numbered(REVIEW, product_id=reviewed()["product_id"])
    for path, records in ((SHOP, [shop()]), (PRODUCT, products()), (REVIEW, reviews)):
        for record in records:
            assert record.keys() == set(FIELDS[path].split(","))
            for name, value in record.items():
                kind = str if name in texts else list if name == "product_price" else int
                assert type(value) is kind, name


@EVERY
def test_fields_may_stand_in_the_body_or_in_the_url(path):
    body = body_of(path)
    name = FIELDS[path].split(",")[1]
    in_body = shared_api().post(path, {**body, "fields": f" {name} , {name}"}, None).data
    assert shared_api().post(path, body, name).data == in_body
    assert all(record.keys() == {name} for record in in_body[KEYS[path]])
    assert in_body[KEYS[path]]


@EVERY
@pytest.mark.parametrize("fields", [None, "", "nonsense", ["shop_name"]])
def test_fields_must_be_given_and_known(path, fields):
    assert "fields" in refused(path, {**body_of(path), "fields": fields})


@pytest.mark.parametrize(("path", "key"), [(PRODUCT, "shop_id"), (REVIEW, "product_id")])
def test_ids_may_be_numbers_or_digits(path, key):
    number = body_of(path)[key]
    assert ask(path, **{key: str(number)}) == ask(path, **{key: number})
    for unknown in (0, number + 1, number - 1, 2**63 - 1):
        assert ask(path, **{key: unknown}) == []
    assert f"`{key}` is required" in refused(path, {"fields": FIELDS[path]})
    assert "must be an id" in refused(path, {"fields": FIELDS[path], key: "abc"})


def test_a_shop_needs_a_name():
    for name in (None, "", "  "):
        assert "shop_name" in refused(SHOP, {"fields": "shop_id", "shop_name": name})


@pytest.mark.parametrize(("path", "key"), [(PRODUCT, "shop_id"), (REVIEW, "product_id")])
def test_pages_are_numbered_from_one_and_end_with_a_short_one(path, key):
    body = {key: body_of(path)[key]}
    everything = numbered(path, **body)
    assert ask(path, **body) == everything[:10]
    assert ask(path, page_start="2", page_size="4", **body) == everything[4:8]
    assert ask(path, page_start=10**6, **body) == []
    for wrong in ({"page_start": 0}, {"page_start": -1}, {"page_size": 0}, {"page_size": 11}):
        asked = {"fields": FIELDS[path], **body, **wrong}
        assert next(iter(wrong)) in refused(path, asked)


@pytest.mark.parametrize("limit", [0, 11, "x"])
def test_a_limit_out_of_range_is_refused(limit):
    assert "limit" in refused(SHOP, {"fields": "shop_id", "shop_name": "a", "limit": limit})


def test_shops_use_the_common_quota_and_follow_from_the_seed():
    api = Api()
    body = {**body_of(PRODUCT), "fields": FIELDS[PRODUCT]}
    assert api.post(PRODUCT, body, None).data["product_data"] == products()[:10]
    assert api.emulator.requests["research"].total() == 1
    other = Api(seed=5).post(SHOP, {"shop_name": EXAMPLE_SHOP, "fields": FIELDS[SHOP]}, None).data
    assert other["shop_data"][0] != shop()


def test_a_clock_early_in_the_data_has_shops_as_well():
    api = Api(now=Api().settings.now.replace(year=2022, month=2))
    asked = {"shop_name": EXAMPLE_SHOP, "fields": "shop_review_count"}
    assert api.post(SHOP, asked, None).data["shop_data"][0]["shop_review_count"] > 0
