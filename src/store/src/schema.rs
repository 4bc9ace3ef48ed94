//! The column types of the rows that queries load by name. A helper for decoding: the tables are in
//! `migrations/`, and the tests load every row type from a real database.

diesel::table! {
    tenants (id) {
        id -> Uuid,
        name -> Text,
        status -> Text,
        created_at -> Timestamptz,
        plan -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
        email_verified_at -> Nullable<Timestamptz>,
        new_email -> Nullable<Text>,
    }
}

diesel::table! {
    memberships (user_id, tenant_id) {
        user_id -> Uuid,
        tenant_id -> Uuid,
        role -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    space_index (tenant_id, space_id) {
        slug -> Text,
        public_key -> Text,
        tenant_id -> Uuid,
        space_id -> Uuid,
        published -> Bool,
        allowed_origins -> Array<Text>,
    }
}

diesel::table! {
    spaces (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        slug -> Text,
        name -> Text,
        public_key -> Text,
        settings -> Jsonb,
        published -> Bool,
        allowed_origins -> Array<Text>,
        knowledge_version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> BigInt,
        old_key -> Nullable<Text>,
        old_key_until -> Nullable<Timestamptz>,
        archived_at -> Nullable<Timestamptz>,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    experiments (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        space_id -> Uuid,
        name -> Text,
        version_a -> BigInt,
        version_b -> BigInt,
        ai_a -> Jsonb,
        ai_b -> Jsonb,
        share_b -> SmallInt,
        actor_name -> Text,
        started_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        used -> Nullable<Text>,
    }
}

diesel::table! {
    visitors (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        space_id -> Uuid,
        attributes -> Jsonb,
        locale -> Nullable<Text>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        contact_id -> Nullable<Uuid>,
        verified -> Bool,
        said -> Jsonb,
    }
}

diesel::table! {
    contacts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        external_id -> Nullable<Text>,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        avatar -> Nullable<Text>,
        attributes -> Jsonb,
        verified_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        edited_name -> Nullable<Text>,
        edited_email -> Nullable<Text>,
        edited_attributes -> Jsonb,
        blocked_at -> Nullable<Timestamptz>,
        blocked_reason -> Nullable<Text>,
        merged_into -> Nullable<Uuid>,
    }
}

diesel::table! {
    identity_keys (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        space_id -> Uuid,
        algorithm -> Text,
        secret -> Nullable<Binary>,
        public_key -> Nullable<Text>,
        created_at -> Timestamptz,
        retires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    conversations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        space_id -> Uuid,
        visitor_id -> Uuid,
        status -> Text,
        epoch -> Integer,
        head_seq -> BigInt,
        locale -> Nullable<Text>,
        page -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        assignee_id -> Nullable<Uuid>,
        assignee_name -> Nullable<Text>,
        snoozed_until -> Nullable<Timestamptz>,
        waiting_since -> Nullable<Timestamptz>,
        answer_by -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    messages (id) {
        id -> Uuid,
        conversation_id -> Uuid,
        seq -> BigInt,
        epoch -> Integer,
        author_kind -> Text,
        author_id -> Nullable<Uuid>,
        author_name -> Nullable<Text>,
        text -> Text,
        in_reply_to -> Nullable<Uuid>,
        state -> Text,
        grounding -> Nullable<Float>,
        claims -> Nullable<Jsonb>,
        model -> Nullable<Text>,
        created_at -> Timestamptz,
        cached -> Bool,
        attachments -> Array<Text>,
    }
}

diesel::table! {
    citations (tenant_id, message_id, n) {
        tenant_id -> Uuid,
        message_id -> Uuid,
        n -> Integer,
        passage_id -> Uuid,
        document_id -> Uuid,
        title -> Text,
        excerpt -> Text,
        url -> Nullable<Text>,
        page -> Nullable<Integer>,
    }
}

diesel::table! {
    reservations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        space_id -> Uuid,
        conversation_id -> Nullable<Uuid>,
        message_id -> Nullable<Uuid>,
        kind -> Text,
        model -> Text,
        state -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        estimate_input -> BigInt,
        estimate_output -> BigInt,
        refused_by -> Nullable<Text>,
    }
}

diesel::table! {
    usage_daily (tenant_id, day, space_id, model, kind) {
        tenant_id -> Uuid,
        day -> Date,
        space_id -> Uuid,
        model -> Text,
        kind -> Text,
        calls -> BigInt,
        input -> BigInt,
        output -> BigInt,
        cache_write_5m -> BigInt,
        cache_write_1h -> BigInt,
        cache_read -> BigInt,
        cost_nanos -> BigInt,
    }
}

diesel::table! {
    tickets (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        number -> BigInt,
        space_id -> Uuid,
        conversation_id -> Nullable<Uuid>,
        contact_id -> Nullable<Uuid>,
        subject -> Text,
        status -> Text,
        priority -> Text,
        category_id -> Nullable<Uuid>,
        category_by -> Nullable<Text>,
        category_score -> Nullable<Float>,
        team_id -> Nullable<Uuid>,
        assignee_id -> Nullable<Uuid>,
        assignee_name -> Nullable<Text>,
        tags -> Array<Text>,
        via -> Text,
        requester_name -> Nullable<Text>,
        requester_email -> Nullable<Text>,
        locale -> Nullable<Text>,
        first_responded_at -> Nullable<Timestamptz>,
        resolved_at -> Nullable<Timestamptz>,
        merged_into -> Nullable<Uuid>,
        client_id -> Nullable<Uuid>,
        version -> BigInt,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        priority_rank -> SmallInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(messages, reservations);
diesel::allow_tables_to_appear_in_same_query!(conversations, visitors);
diesel::allow_tables_to_appear_in_same_query!(conversations, spaces);
diesel::allow_tables_to_appear_in_same_query!(experiments, spaces, tenants);
