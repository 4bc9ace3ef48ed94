-- What is kept of a member as an agent. Who never was one has no row.
CREATE TABLE agents (
    tenant_id         uuid NOT NULL,
    user_id           uuid NOT NULL,
    assigned_at       timestamptz,                   -- when they were last assigned a conversation
    waiting_mail      boolean NOT NULL DEFAULT true, -- told by mail who waits while nobody is there
    waiting_mailed_at timestamptz,                   -- when they last were
    PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT agents_are_members FOREIGN KEY (user_id, tenant_id)
        REFERENCES memberships (user_id, tenant_id) ON DELETE CASCADE
);
SELECT parlance_isolate('agents');
