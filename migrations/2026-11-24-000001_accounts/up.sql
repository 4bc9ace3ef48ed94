-- Local accounts: proven addresses, sessions, second factors, and what links sent by mail prove.

ALTER TABLE users ADD COLUMN email_verified_at timestamptz;
ALTER TABLE users ADD COLUMN new_email text;      -- asked for; theirs once a link sent there was followed
-- Those who are here already were put here by whoever runs this installation.
UPDATE users SET email_verified_at = created_at;

-- A chain of refresh tokens, as its person sees it. Its row is what ends or goes on: whoever rotates a
-- token of it holds the row.
CREATE TABLE sessions (
    family       uuid PRIMARY KEY,
    user_id      uuid NOT NULL,
    tenant_id    uuid NOT NULL,
    device       text NOT NULL DEFAULT '',
    address      text,                            -- an IPv4 address, or the first half of an IPv6 one
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    FOREIGN KEY (user_id, tenant_id) REFERENCES memberships (user_id, tenant_id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at DESC);
CREATE INDEX sessions_by_member ON sessions (tenant_id, user_id);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);

INSERT INTO sessions (family, user_id, tenant_id, created_at, last_used_at, expires_at, revoked_at)
SELECT family, user_id, tenant_id, min(created_at), max(created_at), max(expires_at), max(revoked_at)
FROM refresh_tokens GROUP BY family, user_id, tenant_id;

-- One of a kind at a time: a new link ends the older.
CREATE TABLE mail_tokens (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('verify', 'reset', 'change_email')),
    hash       bytea NOT NULL,
    email      text NOT NULL,                     -- where it was sent, which is what it proves
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, kind),
    CONSTRAINT mail_tokens_hash_once UNIQUE (hash)
);

CREATE TABLE second_factors (
    user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret     bytea NOT NULL,                    -- sealed
    enabled_at timestamptz,                       -- asked for at login from then on
    last_step  bigint NOT NULL DEFAULT 0,         -- a code counts once
    created_at timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES second_factors (user_id) ON DELETE CASCADE,
    hash    bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, hash)
);

GRANT SELECT, INSERT, UPDATE ON sessions TO parlance_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_tokens, second_factors, recovery_codes TO parlance_app;
