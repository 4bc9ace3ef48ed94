-- What tickets are about, learned from examples, and who is given them.

-- Counts what a tenant's classifier is learned from. Who changes that holds the row until it is kept, so
-- that limits hold.
CREATE TABLE ticket_classifiers (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    version   bigint NOT NULL CHECK (version > 0)
);
SELECT parlance_isolate('ticket_classifiers', 'SELECT, INSERT, UPDATE');

CREATE TABLE ticket_categories (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX ticket_categories_name_once ON ticket_categories (tenant_id, lower(name));
SELECT parlance_isolate('ticket_categories');

-- What a category is learned from. Its description is one of them.
CREATE TABLE ticket_category_examples (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    category_id uuid NOT NULL,
    text        text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
    source      text NOT NULL CHECK (source IN ('description', 'person', 'import', 'correction')),
    ticket_id   uuid,                -- that was corrected
    model       text,                -- of the vector
    embedding   halfvec,             -- none until it is needed; length by model
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT ticket_category_examples_vector CHECK ((model IS NULL) = (embedding IS NULL)),
    CONSTRAINT ticket_category_examples_correction CHECK (ticket_id IS NULL OR source = 'correction'),
    FOREIGN KEY (tenant_id, category_id) REFERENCES ticket_categories (tenant_id, id) ON DELETE CASCADE,
    -- What a removed ticket taught goes with it: it is in its requester's words.
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE
);
-- A text is an example of one category, and a ticket of the one that it was last corrected to.
CREATE UNIQUE INDEX ticket_category_examples_text_once ON ticket_category_examples (tenant_id, md5(text))
    WHERE source <> 'description';
CREATE UNIQUE INDEX ticket_category_examples_ticket_once ON ticket_category_examples (tenant_id, ticket_id)
    WHERE ticket_id IS NOT NULL;
CREATE UNIQUE INDEX ticket_category_examples_description_once ON ticket_category_examples (tenant_id, category_id)
    WHERE source = 'description';
CREATE INDEX ticket_category_examples_newest ON ticket_category_examples (tenant_id, category_id, created_at DESC, id DESC);
SELECT parlance_isolate('ticket_category_examples');

ALTER TABLE tickets ADD CONSTRAINT tickets_category FOREIGN KEY (tenant_id, category_id)
    REFERENCES ticket_categories (tenant_id, id) NOT VALID;

-- Who is given a ticket: the first rule decides whose conditions all hold.
CREATE TABLE routing_rules (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    position   integer NOT NULL CHECK (position >= 0),
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    enabled    boolean NOT NULL,
    conditions jsonb NOT NULL,
    team_id    uuid,
    agent_id   uuid,
    priority   text CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    tags       text[] NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT routing_rules_position_once UNIQUE (tenant_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT routing_rules_team FOREIGN KEY (tenant_id, team_id)
        REFERENCES teams (tenant_id, id) ON DELETE SET NULL (team_id),
    CONSTRAINT routing_rules_agent FOREIGN KEY (agent_id, tenant_id)
        REFERENCES memberships (user_id, tenant_id) ON DELETE SET NULL (agent_id)
);
CREATE INDEX routing_rules_of_team ON routing_rules (tenant_id, team_id) WHERE team_id IS NOT NULL;
CREATE INDEX routing_rules_of_agent ON routing_rules (agent_id, tenant_id) WHERE agent_id IS NOT NULL;
SELECT parlance_isolate('routing_rules');
