"""Against the table of Newcombe (1998), and what may be said when."""

import pytest

from messaging.experiment_statistics import Count, Verdict, compare, score_interval

# Statistics in Medicine 17: 873-890, table II, method 10.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


def test_differences_have_the_published_intervals() -> None:
    found = [
        (round(made.interval.low, 4), round(made.interval.high, 4))
        for a, m, b, n, *_ in NEWCOMBE
        for made in [compare(Count(a, m), Count(b, n))]
    ]
    assert found == [(low, high) for *_, low, high in NEWCOMBE]


def test_a_share_has_its_score_interval() -> None:
    # The example of R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    found = [score_interval(Count(*each)) for each in ((81, 263), (15, 148), (0, 20), (1, 29))]
    assert [(round(each.low, 4), round(each.high, 4)) for each in found] == [
        (0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718),
    ]  # fmt: skip
    assert (score_interval(Count(0, 0)).low, score_interval(Count(0, 0)).high) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ((50, 99), (10, 1000), Verdict.TOO_EARLY),
        ((5, 500), (4, 500), Verdict.TOO_EARLY),
        ((0, 0), (0, 0), Verdict.TOO_EARLY),
        ((30, 300), (25, 300), Verdict.NONE_SEEN),
        ((60, 300), (25, 300), Verdict.MORE),
        ((25, 300), (60, 300), Verdict.FEWER),
    ],
)
def test_what_may_be_said(one: tuple[int, int], other: tuple[int, int], verdict: Verdict) -> None:
    assert compare(Count(*one), Count(*other)).verdict == verdict
