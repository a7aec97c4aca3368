"""signed_rank.py FILE: what scipy computes for differences of pairs, as JSON.

Each of "differences" has no two of one size: the answer is two exact p-values, that they lie above zero and below it. "tied" is the same for
differences with equal sizes and zeros, by counting all signs. Of "shifts" the answer is the Hodges-Lehmann estimate and the 95 % interval, which
is found by asking scipy's test of every shift that could be an end.
"""
import json
import math
import sys

from scipy import stats

with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)


def test(differences, method):
    if not any(differences):
        return [1, 1]
    # Zeros say nothing about a sign, and permutations would deal them out.
    values = [value for value in differences if value]
    # Permutations want two values; one has no other of its size.
    method = method if len(values) > 1 else "exact"
    return [stats.wilcoxon(values, alternative=side, method=method).pvalue for side in ("greater", "less")]


def shift(differences):
    means = sorted((a + b) / 2 for i, a in enumerate(differences) for b in differences[i:])
    middle = len(means) // 2
    effect = means[middle] if len(means) % 2 else (means[middle - 1] + means[middle]) / 2
    kept = []
    for low, high in zip(means, means[1:]):
        moved = [value - (low + high) / 2 for value in differences]
        if stats.wilcoxon(moved, alternative="two-sided", method="exact").pvalue > 0.05:
            kept.append((low, high))
    return [effect, kept[0][0], kept[-1][1]]


every = stats.PermutationMethod(n_resamples=math.inf)
json.dump(
    {
        "differences": [test(differences, "exact") for differences in asked["differences"]],
        "tied": [test(differences, every) for differences in asked["tied"]],
        "shifts": [shift(differences) for differences in asked["shifts"]],
    },
    sys.stdout,
)
