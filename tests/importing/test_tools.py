"""Exports of the usual tools, one file each written as they write it."""

from pathlib import Path

import pytest

from pipeline.importing import Import, read_keywords

EXPORTS = Path(__file__).parent / "exports"
Row = tuple[str, str, int | None, float | None, float | None, str | None]

EXPECTED: dict[str, tuple[str, list[Row]]] = {
    "semrush_keyword_magic": (
        "Semrush Keyword Magic",
        [
            ("cold brew ratio", "", 2400, 38, 0.42, "informational"),
            ("cold brew coffee maker", "", 40500, 61, 0.88, "commercial"),
            ("cold brew near the lake", "", 0, None, 0, "navigational"),
        ],
    ),
    "semrush_strategy_builder": (
        "Semrush Keyword Strategy Builder",
        [
            ("cold brew ratio", "US", 2400, 38, 0.42, "informational"),
            ("best beans for cold brew", "US", 1300, 29, 0.61, "commercial"),
        ],
    ),
    "semrush_api": (
        "Semrush API",
        [
            ("kaffee mahlen", "DE", 1900, 27, None, "informational"),
            ("kaffeemühle kaufen", "DE", 5400, 52, None, "transactional"),
            ("kaffeemühle test", "DE", 8100, None, None, "commercial"),
            ("mühlenhof login", "DE", 90, 11, None, "navigational"),
        ],
    ),
    "semrush_organic": (
        "Semrush Organic Positions",
        [
            ("moka pot sizes", "", 1600, 24, 0.35, "informational"),
            ("buy moka pot", "", 880, 44, 0.90, "commercial"),
        ],
    ),
    "ahrefs_keywords_2025": (
        "Ahrefs Keywords Explorer",
        [
            ("pour over kettle", "US", 9100, 17, 0.75, "commercial"),
            ("pour over vs french press", "US", 2200, None, None, "informational"),
        ],
    ),
    "ahrefs_keywords_2026": (
        "Ahrefs Keywords Explorer",
        [("espresso tamper size", "GB", 700, 8, 0.31, "informational")],
    ),
    "ahrefs_keywords_2020": (
        "Ahrefs Keywords Explorer",
        [("aeropress recipe", "US", 8100, 22, 0.20, None)],
    ),
    "ahrefs_site_explorer": (
        "Ahrefs Site Explorer",
        [
            ("moka pot sizes", "", 1600, 24, 0.35, "informational"),
            ("buy moka pot", "", 880, 44, 0.90, "commercial"),
            ("beans example", "", 40, None, None, "navigational"),
        ],
    ),
    "google_keyword_planner": (
        "Google Keyword Planner",
        [
            ("coffee subscription", "", 5500, None, None, None),
            ("decaf espresso beans", "", 500, None, None, None),
            ("coffee for sailors", "", 0, None, None, None),
            ("rare roast", "", None, None, None, None),
        ],
    ),
    "search_console_queries": (
        "Google Search Console",
        [
            ("how to clean a moka pot", "", None, None, None, None),
            ("moka pot gasket size", "", None, None, None, None),
        ],
    ),
    "bing_queries": (
        "Bing Webmaster Tools",
        [
            ("how to clean a moka pot", "", None, None, None, None),
            ("moka pot leaking", "", None, None, None, None),
        ],
    ),
}


def read(name: str) -> Import:
    return read_keywords((EXPORTS / f"{name}.csv").read_bytes())


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_is_recognised_and_read_without_a_complaint(name: str) -> None:
    found = read(name)
    tool, rows = EXPECTED[name]
    assert found.tool == tool
    assert [
        (r.text, r.country, r.volume, r.difficulty, r.cpc, r.intent) for r in found.rows
    ] == rows
    assert (found.rejected, found.unread) == ([], [])


def test_every_export_that_is_here_is_expected() -> None:
    assert {file.stem for file in EXPORTS.iterdir()} == set(EXPECTED)


def test_a_keyword_of_several_urls_is_one_row_and_its_metrics_are_not_summed() -> None:
    found = read("semrush_organic")
    assert (found.duplicates, found.rows[0].volume) == (1, 1600)


@pytest.mark.parametrize("name", ["ahrefs_keywords_2025", "google_keyword_planner"])
def test_wide_files_say_their_encoding_and_tab(name: str) -> None:
    found = read(name)
    assert (found.encoding, found.delimiter) == ("utf-16", "\t")


def test_lines_are_counted_with_those_before_the_header() -> None:
    assert read("google_keyword_planner").rows[0].line == 4


def test_cells_over_several_lines_keep_the_line_numbers_right() -> None:
    assert [row.line for row in read("semrush_strategy_builder").rows] == [2, 5]


def test_columns_that_are_switched_off_do_not_hide_the_tool() -> None:
    found = read_keywords(b"Keyword,Volume,CPC (AUD),Number of Results\ntea,10,0.5,900\n")
    assert (found.tool, found.mapping["cpc"]) == ("Semrush Keyword Magic", "CPC (AUD)")


def test_a_header_of_nobody_is_read_without_a_name() -> None:
    found = read_keywords(b"keyword,volume\ntea,10\n")
    assert (found.tool, found.rows[0].volume) == (None, 10)


def test_numbers_are_intents_only_where_the_tool_numbers_them() -> None:
    found = read_keywords(b"keyword,intent\ntea,1\n")
    assert (found.rows[0].intent, found.unread[0].text) == (None, "1")
