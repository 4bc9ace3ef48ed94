-- What a workspace pays for, as its payment provider last told, and what the provider sends.

CREATE TABLE subscriptions (
    tenant_id            uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    provider             text NOT NULL CHECK (provider <> ''),
    customer             text NOT NULL CHECK (customer <> ''),   -- the provider's ids
    subscription         text,                                   -- null, with the status: there never was one
    status               text CHECK (status IN ('trialing', 'active', 'past_due', 'unpaid', 'incomplete',
                                                'incomplete_expired', 'paused', 'canceled')),
    plan                 text,                                   -- what is paid for; it need not be in the plan file
    granted              text,                                   -- what is given for it at the time; null: nothing
    current_period_end   timestamptz,
    trial_end            timestamptz,
    cancel_at_period_end boolean NOT NULL DEFAULT false,
    grace_until          timestamptz,                            -- how long the plan is kept while it is not paid
    warned_at            timestamptz,                            -- when owners were told that this ends
    asked                bigint NOT NULL DEFAULT 0,              -- how often the provider was asked
    answered             bigint NOT NULL DEFAULT 0,              -- to which of these questions this is the answer
    look_at              timestamptz,                            -- when it is to be looked at by itself
    CONSTRAINT subscriptions_status_with_subscription CHECK ((subscription IS NULL) = (status IS NULL)),
    CONSTRAINT subscriptions_customer_once UNIQUE (provider, customer)
);
CREATE INDEX subscriptions_to_look_at ON subscriptions (look_at) WHERE look_at IS NOT NULL;
SELECT parlance_isolate('subscriptions');

-- Events as they came, each once. Above tenants: whose one is stands in its body, and may not be known.
CREATE TABLE billing_events (
    provider    text NOT NULL,
    id          text NOT NULL CHECK (id <> ''),
    kind        text NOT NULL,
    customer    text,
    body        bytea NOT NULL,
    received_at timestamptz NOT NULL,
    handled_at  timestamptz,
    tries       integer NOT NULL DEFAULT 0,
    error       text,                                            -- why it was not handled when last tried
    retry_at    timestamptz NOT NULL,
    PRIMARY KEY (provider, id)
);
CREATE INDEX billing_events_to_handle ON billing_events (provider, retry_at) WHERE handled_at IS NULL;
REVOKE ALL ON billing_events FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON billing_events TO parlance_app;

-- All that the mock provider knows of a customer.
CREATE TABLE mock_billing (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    state     jsonb NOT NULL
);
SELECT parlance_isolate('mock_billing');

-- Whose customer it is.
CREATE FUNCTION tenant_of_customer(of_provider text, wanted text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id FROM public.subscriptions WHERE provider = of_provider AND customer = wanted
$$;
-- Tenants whose subscriptions the server itself is to look at.
CREATE FUNCTION subscriptions_to_look_at(now timestamptz, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id FROM public.subscriptions WHERE look_at <= now ORDER BY look_at LIMIT most
$$;
REVOKE ALL ON FUNCTION tenant_of_customer(text, text), subscriptions_to_look_at(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_of_customer(text, text), subscriptions_to_look_at(timestamptz, integer) TO parlance_app;
GRANT SELECT (tenant_id, provider, customer, look_at) ON subscriptions TO parlance_sweeper;
CREATE POLICY sweep ON subscriptions FOR SELECT TO parlance_sweeper USING (true);
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenant_of_customer(text, text) OWNER TO parlance_sweeper;
ALTER FUNCTION subscriptions_to_look_at(timestamptz, integer) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
