"""read_openmetrics.py FILE: every sample of an OpenMetrics text as JSON, read by the strict parser of prometheus_client.

Histograms are checked by the parser itself: rising bounds, cumulative counts, +Inf equal to _count.
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    families = list(text_string_to_metric_families(file.read()))
json.dump(
    [
        {
            "family": family.name,
            "kind": family.type,
            "unit": family.unit,
            "samples": [
                # As text: a float may not be exact, and must not look as if it were.
                {
                    "name": sample.name,
                    "labels": sample.labels,
                    "value": str(sample.value),
                    "exemplar": sample.exemplar
                    and {
                        "labels": sample.exemplar.labels,
                        "value": sample.exemplar.value,
                        "timestamp": str(sample.exemplar.timestamp),
                    },
                }
                for sample in family.samples
            ],
        }
        for family in families
    ],
    sys.stdout,
)
