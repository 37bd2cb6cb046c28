-- What the results that still exist know of it.
UPDATE file_status history SET read_as = known.digests
FROM (
  SELECT requests.created_on, results.request_id, results.file_id, results.step, results.attempt,
    array_agg(DISTINCT results.read_as) AS digests
  FROM results JOIN requests ON requests.id = results.request_id
  WHERE results.read_as IS NOT NULL AND results.file_id IS NOT NULL
  GROUP BY requests.created_on, results.request_id, results.file_id, results.step, results.attempt
) known
WHERE history.request_created = known.created_on AND history.request_id = known.request_id
  AND history.file_id = known.file_id AND history.step = known.step
  AND history.attempt = known.attempt AND history.status = 'success';
