-- Administrators list accounts by state, oldest first.
CREATE INDEX users_state_number_idx ON users (state, number);
