-- Folders of profiles as tables of DuckDB. A profile is lines of JSON, compressed or not, so nothing has to be converted:
--   duckdb -cmd "SET VARIABLE profiles = '/srv/profiles/*.syslat*'" -init profiles.sql
-- The whole of S3 or HTTP works as well: INSTALL httpfs; LOAD httpfs; and s3://bucket/*.syslat as the variable.

-- A line of a file.
CREATE OR REPLACE VIEW profile_lines AS
SELECT filename AS file, json AS line
FROM read_json_objects(getvariable('profiles'), format = 'newline_delimited', filename = true, maximum_object_size = 16777216);

-- A file: on which machine and boot it was made, and how.
CREATE OR REPLACE VIEW profiles AS
SELECT
    file,
    line ->> '$.host.kernel_release' AS kernel,
    line ->> '$.host.boot_id' AS boot,
    line ->> '$.host.cpu_model' AS cpu,
    line ->> '$.capture.scope' AS scope,
    to_timestamp((line ->> '$.capture.started_at_ns')::DOUBLE / 1e9) AS started
FROM profile_lines
WHERE (line -> '$."syslat-profile"') IS NOT NULL;

-- Calls of one kind: those of an interval have a row of their own, so add them up.
CREATE OR REPLACE VIEW calls AS
SELECT
    file,
    line ->> '$.series.abi' AS abi,
    line ->> '$.series.name' AS call,
    line ->> '$.series.outcome' AS outcome,
    (line ->> '$.series.failed')::BOOLEAN AS failed,
    (line ->> '$.series.count')::UBIGINT AS calls,
    (line ->> '$.series.sum_ns')::UBIGINT AS ns,
    (line ->> '$.series.max_ns')::UBIGINT AS max_ns,
    (line -> '$.series.buckets')::UBIGINT[][] AS buckets
FROM profile_lines
WHERE (line -> '$.series') IS NOT NULL;

-- How many calls took at least so long and less than the next bucket: 0.78 % wide.
CREATE OR REPLACE VIEW buckets AS
SELECT file, abi, call, outcome, failed, bucket[1] AS ns, bucket[2] AS calls
FROM (SELECT *, unnest(buckets) AS bucket FROM calls);

-- Calls that failed, by errno.
CREATE OR REPLACE VIEW errors AS
SELECT file, abi, call, error[1] AS errno, error[2] AS calls
FROM (
    SELECT
        file, line ->> '$.errnos.abi' AS abi, line ->> '$.errnos.name' AS call,
        unnest((line -> '$.errnos.counts')::UBIGINT[][]) AS error
    FROM profile_lines
    WHERE (line -> '$.errnos') IS NOT NULL
);

-- A quantile of each call under each kernel, all files together: FROM quantile(0.99) ORDER BY ns DESC.
CREATE OR REPLACE MACRO quantile(q) AS TABLE
SELECT kernel, call, sum(calls)::UBIGINT AS calls, min(ns) FILTER (WHERE upto >= q * total) AS ns
FROM (
    SELECT
        kernel, call, ns, calls, sum(calls) OVER (PARTITION BY kernel, call ORDER BY ns) AS upto,
        sum(calls) OVER (PARTITION BY kernel, call) AS total
    FROM (
        SELECT kernel, call, ns, sum(calls) AS calls
        FROM buckets JOIN profiles USING (file)
        GROUP BY ALL
    )
)
GROUP BY ALL;
