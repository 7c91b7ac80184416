"""The words that are no names of the catalog, each with a line on what it does.

The order of the keywords is that in which they are offered. A phrase is offered where the parser
takes all of its words in turn.
"""

from __future__ import annotations


def _table(text: str) -> dict[str, str]:
    """Read lines of ``word | description``."""
    pairs = (line.split("|", 1) for line in text.strip().splitlines())
    return {word.strip(): description.strip() for word, description in pairs}


KEYWORDS = _table("""
    FROM | the table
    WHERE | which rows
    ON | how the tables belong together
    USING | join by columns of the same name
    AS | a new name
    AND | both hold
    OR | one of both holds
    GROUP BY | one row for each value
    HAVING | which groups
    ORDER BY | sort
    LIMIT | at most so many rows
    OFFSET | skip so many rows
    JOIN | rows of another table beside these
    LEFT JOIN | the same, keeping rows that have none
    LEFT OUTER JOIN | the same as LEFT JOIN
    INNER JOIN | the same as JOIN
    CROSS JOIN | every row beside every row
    TABLESAMPLE ( | a random sample, drawn by the API
    UNION | rows of both queries, each once
    UNION ALL | rows of both queries
    EXCEPT | rows that the second query does not have
    INTERSECT | rows that both queries have
    ASC | the smallest first
    DESC | the largest first
    NULLS FIRST | missing values at the top
    NULLS LAST | missing values at the end
    SELECT | ask for rows
    EXPLAIN | what a query would ask and cost; asks nothing
    SHOW | list tables, settings, quota, …
    DESCRIBE | the columns of a table
    SET | change a setting
    RESET | put a setting back
    COPY | write a result to a file
    CREATE COLLECTION | fetch a query and keep its rows
    CREATE OR REPLACE COLLECTION | the same, in place of one with that name
    REFRESH COLLECTION | ask again, keeping what was seen before
    DROP COLLECTION | forget a collection
    WITH | name a query and use it below
    (FORMAT | the form of the explanation
    ANALYZE | run it, too, and count
    DISTINCT | each row once
    ALL | all of them
    NOT | the contrary
    EXISTS ( | whether a query has rows
    CASE | one of several values
    WHEN | if this holds
    THEN | the value
    ELSE | the value otherwise
    END | the end of CASE
    CAST ( | another type
    IN | one of a list
    NOT IN | none of a list
    BETWEEN | from … to, both included
    NOT BETWEEN | outside of a range
    LIKE | a pattern with % and _
    NOT LIKE | not of a pattern
    ILIKE | a pattern, whatever the case
    NOT ILIKE | not of a pattern, whatever the case
    CONTAINS | a list has a value
    NOT CONTAINS | a list lacks a value
    IS NULL | is missing
    IS NOT NULL | is there
    NULL | a missing value
    TRUE | yes
    FALSE | no
    CURRENT_DATE | today, UTC
    CURRENT_TIMESTAMP | now, UTC
    DATE | a day: DATE '2024-01-31'
    TIMESTAMP | a time: TIMESTAMP '2024-01-31 12:00:00'
    INTERVAL | a length of time: INTERVAL 7 DAY
    FILTER (WHERE | count only rows that …
    OVER ( | a window of rows around each
    PARTITION BY | windows by value
    ROWS | so many rows
    RANGE | so much of the sort key
    UNBOUNDED | to the edge of the window
    CURRENT ROW | this row
    PRECEDING | before this row
    FOLLOWING | behind this row
    DAY | days
    DAYS | days
    WEEK | weeks
    WEEKS | weeks
    MONTH | months
    MONTHS | months
    YEAR | years
    YEARS | years
    HOUR | hours
    HOURS | hours
    MINUTE | minutes
    MINUTES | minutes
    SECOND | seconds
    SECONDS | seconds
    TO | the value, or the file
    FOR | of which collection
    TABLES | the tables of the API
    SETTINGS | all settings, with where each value is from
    QUOTA | requests left today
    REQUESTS | what was asked
    COLLECTIONS | what was fetched and kept
    GAPS | what a collection still lacks
    COVERAGE | the days that a collection has
    PROVENANCE | where the rows of a collection are from
    PRECISION | the second word of DOUBLE PRECISION
""")

FUNCTIONS = _table("""
    count | how many
    sum | the sum
    avg | the mean
    min | the smallest
    max | the largest
    median | the middle value
    quantile_cont | a quantile: quantile_cont(x, 0.9)
    stddev | the standard deviation
    mode | the most frequent value
    any_value | some value of the group
    first | the first value of the group
    arg_max | x where y is largest: arg_max(x, y)
    arg_min | x where y is smallest: arg_min(x, y)
    approx_count_distinct | about how many different ones
    list | all values as a list
    string_agg | all texts as one: string_agg(x, ', ')
    lower | in small letters
    upper | in capitals
    length | characters of a text, or values of a list
    len | values of a list, or characters of a text
    trim | without blanks around
    replace | replace(text, old, new)
    substring | substring(text, from, length)
    concat | texts one behind another
    contains | whether a text has another in it
    starts_with | whether a text begins so
    regexp_matches | whether a pattern occurs: regexp_matches(text, 'a+')
    regexp_extract | what a pattern found: regexp_extract(text, '#(\\w+)', 1)
    regexp_replace | regexp_replace(text, pattern, new)
    split | a text as a list: split(text, ',')
    coalesce | the first that is not missing
    nullif | missing where both are equal
    ifnull | another value where it is missing
    greatest | the largest of these
    least | the smallest of these
    abs | without its sign
    round | round(x, digits)
    floor | the whole number below
    ceil | the whole number above
    ln | the natural logarithm
    log10 | the decimal logarithm
    sqrt | the square root
    date_trunc | the start of a period: date_trunc('month', create_time)
    date_part | a part of a time: date_part('hour', create_time)
    date_diff | date_diff('day', from, to)
    strftime | a time as text: strftime(create_time, '%Y-%m')
    year | the year of a time
    month | the month of a time, 1 to 12
    day | the day of the month
    hour | the hour of a time
    dayofweek | the day of the week, 0 is Sunday
    dayname | the name of the day
    monthname | the name of the month
    unnest | a row for each value of a list
    list_contains | whether a list has a value
    list_sort | a list, sorted
    list_distinct | a list with each value once
    list_filter | some of a list
    row_number | the number of a row in its window
    rank | the rank, with gaps
    dense_rank | the rank, without gaps
    lag | the value of the row before
    lead | the value of the row behind
    try_cast | another type, missing where that fails
    if | if(condition, yes, no)
""")

TYPES = _table("""
    BIGINT | a whole number of 64 bits
    INTEGER | a whole number of 32 bits
    HUGEINT | a whole number of 128 bits
    DOUBLE | a number with decimals
    DECIMAL | a number with a fixed count of decimals: DECIMAL(18, 3)
    VARCHAR | a text
    BOOLEAN | true or false
    DATE | a day
    TIMESTAMP | a day and a time
    TIME | a time of day
    INTERVAL | a length of time
""")

FORMATS = _table("""
    text | to read: branches, windows, what stays local and why
    json | a stable form for programs
    sql | the statement, canonical
    curl | commands for a shell
    http | the requests as they are sent
    python | a Python script
    python-official | a script for the official Python client
    r | an R script
    spark | a PySpark script
    prose | in words
    methods | a paragraph for a methods section
    markdown | a page
    mermaid | a diagram
""")

COPY_OPTIONS = _table("""
    FORMAT | csv, tsv, json, jsonl, parquet, xlsx or markdown
    HEADER | whether the names of the columns come first
    OVERWRITE | replace a file that is there
    CODEBOOK | write a description of the columns beside it
    PARTITION_BY | a file for each month
    PROFILE | what the file is for: excel
""")

COPY_VALUES = {
    "format": _table("""
        csv | with commas, RFC 4180
        tsv | with tabs
        json | an array
        jsonl | a row a line
        parquet | typed columns, compressed
        xlsx | a spreadsheet
        markdown | a table
    """),
    "partition_by": {"month": "a file for each month"},
    "profile": {"excel": "formulas disarmed"},
    "header": {"true": "with names", "false": "without"},
    "overwrite": {
        "true": "replace a file that is there",
        "false": "refuse, as if nothing was said",
    },
    "codebook": {"true": "with a description", "false": "without"},
}

OPERATORS = _table("""
    = | equal
    IN ( | one of a list
    BETWEEN | from … to, both included
    >= | at least
    <= | at most
    > | more than
    < | less than
    CONTAINS | has the value
    <> | not equal
    NOT IN ( | none of a list
    LIKE | a pattern with % and _
    ILIKE | a pattern, whatever the case
    IS NULL | is missing
    IS NOT NULL | is there
""")
