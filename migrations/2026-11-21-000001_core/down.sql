-- The roles stay: they belong to the cluster, and another database may use them.
DROP FUNCTION tenants_with_open_work();
DROP TABLE usage_daily, usage_events, reservations, ratings, feedback, citations, messages,
    conversation_events, conversations, visitors, space_index, spaces,
    refresh_tokens, memberships, users, tenants;
DROP FUNCTION parlance_isolate(regclass, text);
