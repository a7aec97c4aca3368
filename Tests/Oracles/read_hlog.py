"""read_hlog.py FILE: every histogram of an HdrHistogram log as JSON, decoded by the package hdrhistogram."""
import json
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

reader = HistogramLogReader(sys.argv[1], HdrHistogram(1, 2**42 - 1, 2))
found = []
while True:
    histogram = reader.get_next_interval_histogram()
    if histogram is None:
        break
    counts = [histogram.get_count_at_index(index) for index in range(histogram.counts_len)]
    found.append({
        "tag": histogram.get_tag(),
        "range": [histogram.lowest_trackable_value, histogram.highest_trackable_value, histogram.significant_figures],
        "start": round(histogram.get_start_time_stamp()),
        "end": round(histogram.get_end_time_stamp()),
        "total": histogram.get_total_count(),
        "buckets": [
            {"lowest": histogram.get_value_from_index(index), "count": count}
            for index, count in enumerate(counts) if count
        ],
    })
reader.close()
json.dump(found, sys.stdout)
