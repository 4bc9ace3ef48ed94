-- Agents keep contacts too: also of those whom nobody vouches for, with what agents know of them. A contact
-- may be blocked, and merged into another one, which it leads to from then on.
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE visitors NO FORCE ROW LEVEL SECURITY;

ALTER TABLE contacts
    ALTER COLUMN external_id DROP NOT NULL,     -- null: nobody vouches for them
    ALTER COLUMN verified_at DROP NOT NULL,
    ADD COLUMN edited_name       text,          -- what agents know, where the host site does not say
    ADD COLUMN edited_email      text,
    ADD COLUMN said_name         text,          -- what a page or a form said: to be found by, never to be written to
    ADD COLUMN said_email        text,
    ADD COLUMN edited_attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN blocked_at        timestamptz,
    ADD COLUMN blocked_reason    text CHECK (blocked_reason <> ''),
    ADD COLUMN merged_into       uuid,
    ADD CONSTRAINT contacts_verified CHECK ((external_id IS NULL) = (verified_at IS NULL)),
    ADD CONSTRAINT contacts_blocked CHECK ((blocked_at IS NULL) = (blocked_reason IS NULL)),
    ADD CONSTRAINT contacts_merged_into_another CHECK (merged_into <> id),
    ADD CONSTRAINT contacts_merged_into FOREIGN KEY (tenant_id, merged_into) REFERENCES contacts (tenant_id, id);
-- What they are found by: words behind a space each.
ALTER TABLE contacts ADD COLUMN words text NOT NULL GENERATED ALWAYS AS (
    lower(parlance_plain(' ' || coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(external_id, '')
        || ' ' || coalesce(edited_name, '') || ' ' || coalesce(edited_email, '')
        || ' ' || coalesce(said_name, '') || ' ' || coalesce(said_email, '')))) STORED;
CREATE INDEX contacts_recent ON contacts (tenant_id, last_seen_at DESC, id DESC) WHERE merged_into IS NULL;
CREATE INDEX contacts_blocked_recent ON contacts (tenant_id, last_seen_at DESC, id DESC)
    WHERE merged_into IS NULL AND blocked_at IS NOT NULL;
CREATE INDEX contacts_by_survivor ON contacts (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

-- A browser is a contact's by a proof, or because an agent knows it to be: only a proof opens anything.
ALTER TABLE visitors
    ADD COLUMN verified boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT visitors_verified CHECK (contact_id IS NOT NULL OR NOT verified);
UPDATE visitors SET verified = true WHERE contact_id IS NOT NULL;

ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE visitors FORCE ROW LEVEL SECURITY;

-- What agents write of somebody for each other.
CREATE TABLE contact_notes (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    contact_id  uuid NOT NULL,
    author_id   uuid NOT NULL,                  -- a person's or a key's
    author_name text NOT NULL,                  -- then
    text        text NOT NULL CHECK (text <> ''),
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX contact_notes_of_contact ON contact_notes (tenant_id, contact_id, at DESC, id DESC);
SELECT parlance_isolate('contact_notes');
