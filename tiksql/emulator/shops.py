"""The endpoints of TikTok Shop: shops, products, reviews (api notes 2.9).

``fields`` may stand in the URL, as the reference's tables say, or in the body, as its examples do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator import words
from tiksql.emulator.bodies import Body, read_body, read_fields, read_id, read_text
from tiksql.emulator.captions import pick
from tiksql.emulator.chance import shuffled, stream
from tiksql.emulator.envelope import invalid
from tiksql.emulator.market import Market
from tiksql.emulator.paging import numbered_page, read_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.catalog import Table
    from tiksql.emulator.market import Product, Review, Shop
    from tiksql.emulator.settings import Settings

SHOPS, PRODUCTS, REVIEWS = (
    load().tables[name] for name in ("shops", "shop_products", "shop_reviews")
)
NUMBERS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
SHARE_LIKED = 0.3


class Shops:
    """The shops of a data set; an unknown name or number brings an empty list (HERE)."""

    def __init__(self, settings: Settings) -> None:
        self._market = Market(settings)

    def shop(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Find shops whose name contains a text, whatever its case (HERE)."""
        body = read_body(raw)
        wanted = _fields(fields, body, SHOPS)
        name = read_text(body, "shop_name").strip().casefold()
        if not name:
            raise invalid("`shop_name` is required")
        found = [shop for shop in self._market.shops if name in shop.name.casefold()]
        found.sort(key=lambda shop: (shop.name.casefold() != name, shop.place))
        records = (self._shop(shop) for shop in found[: read_size(body, SHOPS.paging)])
        return {SHOPS.list_keys[0]: _projected(records, wanted)}

    def product(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """List the products of a shop, by pages."""
        body = read_body(raw)
        wanted = _fields(fields, body, PRODUCTS)
        shop = self._market.shop(_required(body, "shop_id"))
        indexes = numbered_page(body, PRODUCTS.paging, range(shop.products if shop else 0))
        made = (self._market.product_of(shop, index) for index in indexes if shop)
        records = (self._product(product) for product in made)
        return {PRODUCTS.list_keys[0]: _projected(records, wanted)}

    def review(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """List the reviews of a product, by pages, the newest first."""
        body = read_body(raw)
        wanted = _fields(fields, body, REVIEWS)
        product = self._market.product(_required(body, "product_id"))
        page = numbered_page(body, REVIEWS.paging, product.reviews if product else ())
        records = (self._review(product, review) for review in page if product)
        return {REVIEWS.list_keys[0]: _projected(records, wanted)}

    def _shop(self, shop: Shop) -> dict[str, Any]:
        r = stream(self._market.seed, "shop record", shop.place)
        products = self._market.products(shop)
        reviews = [review for product in products for review in product.reviews]
        known = {
            "shop_name": shop.name,
            "shop_id": shop.id,
            "shop_rating": _rating(reviews),
            "shop_review_count": len(reviews),
            "item_sold_count": sum(product.sold for product in products),
            "shop_performance_value": 50 + int(50 * r()),
        }
        return shuffled(known, r)

    def _product(self, product: Product) -> dict[str, Any]:
        r = stream(self._market.seed, "product record", product.id)
        stars = [review.stars for review in product.reviews]
        known = {
            "product_id": product.id,
            "product_name": product.name,
            "product_description": product.description,
            "product_price": list(product.prices),
            "product_rating": _rating(product.reviews),
            "product_review_count": len(stars),
            **{f"product_rating_{n}_count": stars.count(n) for n in range(1, 6)},
            "product_sold_count": product.sold,
            "shop_name": product.shop.name,
        }
        return shuffled(known, r)

    def _review(self, product: Product, review: Review) -> dict[str, Any]:
        r = stream(self._market.seed, "review", product.id, review.moment)
        lists = words.load()
        known = {
            "product_name": product.name,
            "review_text": pick(lists.market.reviews[review.stars - 1], r),
            "review_like_count": int(20 * r() ** 3) if r() < SHARE_LIKED else 0,
            "create_time": review.moment,
            "review_rating": NUMBERS[review.stars - 1],
            "display_name": pick(lists.languages[product.shop.language].names, r),
        }
        return shuffled(known, r)


def _fields(in_url: Sequence[str], body: Body, table: Table) -> frozenset[str]:
    known = frozenset(column.field for column in table.columns.values() if column.is_field)
    return read_fields([*in_url, read_text(body, "fields")], known)


def _required(body: Body, name: str) -> int:
    if (number := read_id(body, name)) is None:
        raise invalid(f"`{name}` is required")
    return number


def _projected(records: Iterable[dict[str, Any]], wanted: frozenset[str]) -> list[dict[str, Any]]:
    return [{k: v for k, v in record.items() if k in wanted} for record in records]


def _rating(reviews: Sequence[Review]) -> str:
    """Write the mean of stars, as a text with one decimal; "0" without any."""
    if not reviews:
        return "0"
    return f"{sum(review.stars for review in reviews) / len(reviews):.1f}"
