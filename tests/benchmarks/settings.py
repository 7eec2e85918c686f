"""The settings of an installation, with the benchmarks' own addresses beside the product's."""

import os

from moment.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
# collectstatic writes here, so that pages name their files as they do in production.
STATIC_ROOT = os.environ["BENCH_STATIC"]
