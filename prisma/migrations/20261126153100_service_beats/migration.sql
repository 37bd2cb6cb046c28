-- When a process of the service last did a duty that others count on. While the leading scheduler
-- writes here, workers could renew their leases; a gap is an outage that all of them shared.
CREATE TABLE service_beats (
  duty text PRIMARY KEY CHECK (duty IN ('scheduler', 'workers')),
  beat_at timestamptz NOT NULL
);
