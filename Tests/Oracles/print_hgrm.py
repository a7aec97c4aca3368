"""print_hgrm.py FILE: the percentile text of the package hdrhistogram for each histogram of a JSON file, as JSON.

A histogram is a list of [value, count]. The package steps by a tenth of the distance to 100 %, where every other
implementation halves its steps with each half of the distance. That one line is corrected; all else is the package's own.
"""
import io
import json
import math
import sys

from hdrh.histogram import HdrHistogram
from hdrh.iterators import PercentileIterator


class HalvingIterator(PercentileIterator):
    def increment_iteration_level(self):
        self.percentile_to_iterate_from = self.percentile_to_iterate_to
        distance = 100.0 - self.percentile_to_iterate_to
        if distance:
            halvings = int(math.log(100.0 / distance) / math.log(2)) + 1
            self.percentile_to_iterate_to += 100.0 / (self.percentile_ticks_per_half_distance * 2**halvings)


class HalvingHistogram(HdrHistogram):
    def get_percentile_iterator(self, ticks_per_half_distance):
        return HalvingIterator(self, ticks_per_half_distance)


texts = []
with open(sys.argv[1], encoding="utf-8") as file:
    for buckets in json.load(file):
        histogram = HalvingHistogram(1, 2**42 - 1, 2)
        for value, count in buckets:
            if not histogram.record_value(value, count):
                sys.exit(f"{value} is out of range")
        text = io.BytesIO()
        histogram.output_percentile_distribution(text, 1)
        texts.append(text.getvalue().decode())
json.dump(texts, sys.stdout)
