-- People: who they are, what they sign in with, what they hold, and what administrators did. The
-- table of users is as good as empty: no version before this one writes it.
ALTER TABLE users
  ADD COLUMN number bigserial UNIQUE,
  ADD COLUMN state text NOT NULL DEFAULT 'approved'
    CHECK (state IN ('new', 'pending', 'approved', 'rejected', 'suspended', 'deleted')),
  ADD COLUMN admin boolean NOT NULL DEFAULT false,
  ADD COLUMN institution text,
  ADD COLUMN experiment text,
  ADD COLUMN email_verified boolean NOT NULL DEFAULT false,
  ADD COLUMN mail_when_done boolean NOT NULL DEFAULT false,
  ADD COLUMN state_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN seen_at timestamptz;
UPDATE users SET state = 'suspended' WHERE suspended_at IS NOT NULL;
-- Rows of before are somebody an operator made; later ones wait for approval.
ALTER TABLE users ALTER COLUMN state SET DEFAULT 'pending';

CREATE TABLE identities (            -- a user is found by any of them; never by email
  issuer text NOT NULL, subject text NOT NULL,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  username text, email text, provider text,
  linked_at timestamptz NOT NULL DEFAULT now(), used_at timestamptz,
  PRIMARY KEY (issuer, subject));
CREATE INDEX identities_user_id_idx ON identities (user_id);

CREATE TABLE sign_ins (              -- under way at the provider; a tab each, used once
  state_hash bytea PRIMARY KEY, browser_hash bytea NOT NULL,
  nonce text NOT NULL, verifier text NOT NULL, return_to text NOT NULL,
  expires_at timestamptz NOT NULL);
CREATE INDEX sign_ins_expires_at_idx ON sign_ins (expires_at);

CREATE TABLE sessions (
  id_hash bytea PRIMARY KEY,         -- SHA-256 of the cookie
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  issuer text NOT NULL, subject text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,               -- jti of the refresh JWT, `tid` of its access tokens
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL, hash bytea NOT NULL, key_id text NOT NULL, scopes text[] NOT NULL,
  made_by text NOT NULL CHECK (made_by IN ('page', 'api', 'device', 'command')),
  created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz,
  last_used_at timestamptz, revoked_at timestamptz, revoked_by text);
CREATE UNIQUE INDEX api_tokens_name_key ON api_tokens (user_id, name) WHERE revoked_at IS NULL;

CREATE TABLE device_codes (          -- RFC 8628
  device_hash bytea PRIMARY KEY, user_code_hash bytea NOT NULL UNIQUE,
  client text NOT NULL, scopes text[] NOT NULL, address text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'approved', 'denied', 'used')),
  user_id text REFERENCES users (id) ON DELETE CASCADE,
  wait_seconds int NOT NULL DEFAULT 5, polled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL);
CREATE INDEX device_codes_expires_at_idx ON device_codes (expires_at);

CREATE TABLE access_keys (           -- kinds of callers that are no people
  id text PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('key', 'peer')),
  name text NOT NULL UNIQUE, facade text, owner text REFERENCES users (id) ON DELETE CASCADE,
  hash bytea NOT NULL, created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz,
  last_used_at timestamptz, revoked_at timestamptz,
  CHECK ((kind = 'key') = (owner IS NOT NULL)));

CREATE TABLE facade_callers (        -- callers without a name: off without a row
  facade text PRIMARY KEY, owner text NOT NULL REFERENCES users (id), open_requests int NOT NULL);

CREATE TABLE groups (
  id text PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE group_members (
  group_id text NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id));
CREATE INDEX group_members_user_id_idx ON group_members (user_id);
CREATE TABLE bindings (              -- a target with a row is for members of its groups alone
  kind text NOT NULL CHECK (kind IN ('root', 'host', 'dataset')), target text NOT NULL,
  group_id text NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  PRIMARY KEY (kind, target, group_id));

CREATE TABLE acts (                  -- the audit log; `longshore audit` is about the ledger
  id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL, actor_kind text NOT NULL, address text,
  act text NOT NULL, subject text, detail jsonb NOT NULL DEFAULT '{}');
CREATE INDEX acts_subject_idx ON acts (subject, id);

CREATE TABLE notices (               -- messages to Slack and Mailgun that are to be sent
  id bigserial PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('signup', 'welcome', 'rejected', 'done', 'answer')),
  key text NOT NULL UNIQUE,          -- what it is about: the same is never sent twice
  user_id text REFERENCES users (id) ON DELETE CASCADE, request_id uuid,
  sealed bytea,                      -- a secret address to answer to: encrypted, null once settled
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  tries int NOT NULL DEFAULT 0, next_at timestamptz NOT NULL DEFAULT now(), problem text,
  created_at timestamptz NOT NULL DEFAULT now(), settled_at timestamptz);
CREATE INDEX notices_waiting_idx ON notices (next_at) WHERE state = 'waiting';

CREATE TABLE admin_links (           -- each makes one person an administrator, once
  hash bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL,
  used_at timestamptz);
