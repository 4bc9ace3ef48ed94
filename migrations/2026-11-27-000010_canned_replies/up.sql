-- What agents say again and again: a shortcut, a text with variables, and what is done once it was sent.
CREATE TABLE canned_replies (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    shortcut       text NOT NULL CHECK (shortcut <> ''),
    title          text NOT NULL CHECK (title <> ''),
    text           text NOT NULL CHECK (text <> ''),
    act            text CHECK (act IN ('resolve', 'snooze')),
    snooze_minutes integer CHECK (snooze_minutes > 0),
    space_id       uuid,                             -- null: of every space
    created_by     uuid,                             -- null: a program
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT canned_replies_shortcut_once UNIQUE (tenant_id, shortcut),
    CONSTRAINT canned_replies_snooze CHECK ((act IS NOT DISTINCT FROM 'snooze') = (snooze_minutes IS NOT NULL)),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX canned_replies_of_space ON canned_replies (tenant_id, space_id) WHERE space_id IS NOT NULL;
SELECT parlance_isolate('canned_replies');
