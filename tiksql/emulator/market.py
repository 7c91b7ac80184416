"""The shops of the EU, with their products and reviews, each made from its number alone.

The number of a shop holds its place among the shops, that of a product the shop's and its own.
Everything adds up: reviews to the counts by stars, these to the count of the product, and
products to what their shop says of itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tiksql.emulator import words
from tiksql.emulator.captions import pick
from tiksql.emulator.chance import stream
from tiksql.emulator.dataset import DAY, FIRST_SECOND

if TYPE_CHECKING:
    from tiksql.emulator.settings import Settings

SHOPS = 300
EXAMPLE_SHOP = "Hello World Store"
"""The first shop of every data set."""
MOST_PRODUCTS = 40
MOST_REVIEWS = 60
STARS = ((0.06, 1), (0.1, 2), (0.2, 3), (0.4, 4), (1.0, 5))
"""Cumulated shares of reviews."""
SHOP_NUMBERS = 7_494_000_000_000_000_000
PRODUCT_NUMBERS = 1_729_000_000_000_000_000
STEP = 1_000_003
"""How far the numbers of neighbours are apart."""
OPEN_SINCE = 200
"""Shops opened within so many days of the first one."""


class Review(NamedTuple):
    """A review: when it was written, in milliseconds, and how many stars it gives."""

    moment: int
    stars: int


class Shop(NamedTuple):
    """A shop by its place among all; ``language`` is that of its customers."""

    place: int
    name: str
    language: str
    products: int

    @property
    def id(self) -> int:
        """Its number."""
        return SHOP_NUMBERS + self.place * STEP


class Product(NamedTuple):
    """A product; ``reviews`` are the newest first."""

    id: int
    shop: Shop
    name: str
    description: str
    prices: tuple[str, ...]
    sold: int
    reviews: tuple[Review, ...]


class Market:
    """All shops of a data set."""

    def __init__(self, settings: Settings) -> None:
        self.seed = settings.seed
        self._now = int(settings.now.timestamp())

    @cached_property
    def shops(self) -> tuple[Shop, ...]:
        """All shops, made when they are first asked for."""
        return tuple(self._shop(index) for index in range(SHOPS))

    def shop(self, number: int) -> Shop | None:
        """Find a shop by its number."""
        index, rest = divmod(number - SHOP_NUMBERS, STEP)
        return self.shops[index] if 0 <= index < SHOPS and not rest else None

    def product(self, number: int) -> Product | None:
        """Find a product by its number."""
        place, rest = divmod(number - PRODUCT_NUMBERS, STEP)
        shop, index = divmod(place, MOST_PRODUCTS)
        if rest or not 0 <= shop < SHOPS or index >= self.shops[shop].products:
            return None
        return self.product_of(self.shops[shop], index)

    def products(self, shop: Shop) -> list[Product]:
        """Make all products of a shop."""
        return [self.product_of(shop, index) for index in range(shop.products)]

    def product_of(self, shop: Shop, index: int) -> Product:
        """Make a product of a shop."""
        number = PRODUCT_NUMBERS + (shop.place * MOST_PRODUCTS + index) * STEP
        r, lists = stream(self.seed, "product", number), words.load().market
        name = f"{pick(lists.qualities, r)} {pick(lists.things, r)} {1 + int(99 * r())}"
        promises = sorted({pick(lists.promises, r) for _ in range(1 + int(3 * r()))})
        price = 2 + 60 * r() ** 2
        prices = tuple(f"{price * (1 + more / 4):.2f}EUR" for more in range(1 + int(3 * r())))
        reviews = self._reviews(number)
        sold = int(len(reviews) * (1 + 20 * r())) + int(5 * r())
        return Product(number, shop, name, " ".join(promises), prices, sold, reviews)

    def _shop(self, index: int) -> Shop:
        r, lists = stream(self.seed, "shop", index), words.load()
        parts = (lists.common.adjectives, lists.common.nouns, lists.market.shops)
        name = " ".join(pick(part, r).capitalize() for part in parts[:2])
        region = lists.regions.get(pick(lists.market.regions, r), lists.regions["other"])
        language, products = pick(region.languages, r), int(MOST_PRODUCTS * r() ** 1.5)
        if not index:
            return Shop(0, EXAMPLE_SHOP, language, MOST_PRODUCTS // 2 + products // 4)
        return Shop(index, f"{name} {pick(parts[2], r)}", language, products)

    def _reviews(self, number: int) -> tuple[Review, ...]:
        r = stream(self.seed, "reviews", number)
        opened = FIRST_SECOND + int(min(OPEN_SINCE * DAY, self._now - FIRST_SECOND) * r())
        span = 1000 * (self._now - opened)
        count = int((MOST_REVIEWS + 1) * r() ** 2)
        made = (Review(1000 * opened + int(span * r()), _stars(r())) for _ in range(count))
        return tuple(sorted(made, reverse=True))


def _stars(draw: float) -> int:
    return next(stars for share, stars in STARS if draw < share)
