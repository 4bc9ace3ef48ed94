-- People whom a host site vouches for, the keys it vouches with, and who was only said to be somebody.

CREATE TABLE contacts (
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    id           uuid NOT NULL,
    external_id  text NOT NULL,                 -- the host site's own id of its user
    name         text,
    email        text,
    avatar       text,
    attributes   jsonb NOT NULL DEFAULT '{}',
    verified_at  timestamptz NOT NULL,          -- the latest proof
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT contacts_external_id_once UNIQUE (tenant_id, external_id),
    CONSTRAINT contacts_external_id_shape CHECK (char_length(external_id) BETWEEN 1 AND 200)
);
SELECT parlance_isolate('contacts', 'SELECT, INSERT, UPDATE');

-- A visitor is one browser; a contact may have many. Set once, never changed. What a page says of its
-- visitor without a proof is in `said`.
ALTER TABLE visitors
    ADD COLUMN contact_id uuid,
    ADD COLUMN said jsonb NOT NULL DEFAULT '{}',
    ADD CONSTRAINT visitors_contact FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) NOT VALID;
ALTER TABLE visitors VALIDATE CONSTRAINT visitors_contact;
CREATE INDEX visitors_by_contact ON visitors (tenant_id, contact_id, space_id) WHERE contact_id IS NOT NULL;

CREATE TABLE identity_keys (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,                   -- the kid
    space_id   uuid NOT NULL,
    algorithm  text NOT NULL CHECK (algorithm IN ('HS256', 'RS256', 'HMAC')),
    secret     bytea,                           -- sealed; a public key needs none
    public_key text,
    created_at timestamptz NOT NULL,
    retires_at timestamptz,                     -- from then on nothing is proven by it
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT identity_keys_one_kind CHECK (
        (algorithm = 'RS256') = (public_key IS NOT NULL) AND (algorithm = 'RS256') = (secret IS NULL)),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX identity_keys_by_space ON identity_keys (tenant_id, space_id, created_at DESC);
SELECT parlance_isolate('identity_keys');

-- When a space last changed, to be seen without its tenant: open widgets hear of it.
ALTER TABLE space_index ADD COLUMN changed_at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
