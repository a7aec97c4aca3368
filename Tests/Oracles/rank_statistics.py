"""rank_statistics.py FILE: what scipy computes for samples and p-values, as JSON.

Each of "samples" is a pair of samples; the answer is two exact p-values: that the second is larger, and that it is smaller.
"tied" is the same for samples with equal values, by counting all permutations, and "many" by the normal approximation. Each of "families" is a list of p-values; the
answer is the list adjusted after Benjamini and Hochberg.
"""
import json
import math
import sys

from scipy import stats

with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)


def test(pair, method):
    first, second = pair
    return [stats.mannwhitneyu(second, first, alternative=side, method=method).pvalue for side in ("greater", "less")]


every = stats.PermutationMethod(n_resamples=math.inf)
json.dump(
    {
        "samples": [test(pair, "exact") for pair in asked["samples"]],
        "tied": [test(pair, every) for pair in asked["tied"]],
        "many": [test(pair, "asymptotic") for pair in asked["many"]],
        "families": [list(stats.false_discovery_control([float(p) for p in family])) for family in asked["families"]],
    },
    sys.stdout,
)
