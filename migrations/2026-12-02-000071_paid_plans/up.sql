-- Which plan a tenant has paid for since when, at the price of that moment; trials are none.
CREATE TABLE paid_plans (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL,
    plan      text,                             -- null: none from then on
    price     numeric(12,3) CHECK (price >= 0), -- in a month; null: the plan file did not have it
    currency  text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT paid_plans_price_with_currency CHECK ((price IS NULL) = (currency IS NULL))
);
SELECT parlance_isolate('paid_plans', 'SELECT, INSERT');

-- Since when those pay who do already is not known: since now.
ALTER TABLE paid_plans NO FORCE ROW LEVEL SECURITY;
ALTER TABLE subscriptions NO FORCE ROW LEVEL SECURITY;
INSERT INTO paid_plans (tenant_id, at, plan, price, currency)
SELECT s.tenant_id, now(), s.granted, p.price, p.currency
FROM subscriptions s LEFT JOIN plans p ON p.id = s.granted
WHERE s.granted IS NOT NULL AND s.status <> 'trialing';
ALTER TABLE paid_plans FORCE ROW LEVEL SECURITY;
ALTER TABLE subscriptions FORCE ROW LEVEL SECURITY;
