-- What the payment provider charged, kept as it last told.
CREATE TABLE invoices (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    provider  text NOT NULL CHECK (provider <> ''),
    number    text NOT NULL CHECK (number <> ''),
    at        timestamptz NOT NULL,
    net       numeric(12,3) NOT NULL,               -- without taxes
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status    text NOT NULL,                        -- the provider's word
    charge    text NOT NULL CHECK (charge IN ('first', 'renewal', 'change', 'other')),
    plan      text,                                 -- whose price it charges; null: no plan's of this server
    PRIMARY KEY (tenant_id, provider, number)
);
CREATE INDEX invoices_by_time ON invoices (tenant_id, at);
SELECT parlance_isolate('invoices');

-- What was found when the books of a day were compared with what they keep account of. The operator's: differences
-- name tenants, and some are of none.
CREATE TABLE reconciliations (
    day         date PRIMARY KEY,
    at          timestamptz NOT NULL,               -- when it was last done
    source      text,                               -- whose usage report was compared; null: none
    models      jsonb NOT NULL,
    counts      jsonb NOT NULL,                     -- how many differences there are, by their causes
    differences jsonb NOT NULL                      -- these, up to a bound
);
REVOKE ALL ON reconciliations FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON reconciliations TO parlance_app;
