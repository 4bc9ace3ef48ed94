//! The life of one reservation.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    prelude::{ExpressionMethods, QueryDsl, SelectableHelper},
    sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::{Marked, NewReservation, OpenReservation, ReservationState, Settlement};
use crate::{
    error::StoreError,
    ids::{MessageId, ReservationId},
    queries::quotas::{Quota, Reached},
    schema::reservations::{dsl as columns, table},
    statement::sql,
    tenant::TenantConn,
};

/// Reserves a call, before it is made.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such space, conversation or message.
pub async fn reserve(conn: &mut TenantConn<'_>, new: NewReservation) -> Result<(), StoreError> {
    let tenant = conn.tenant_id();
    sql(
        "INSERT INTO reservations (tenant_id, id, space_id, conversation_id, message_id, kind, model, state, \
                                   created_at, expires_at, estimate_input, estimate_output) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Nullable<SqlUuid>, _>(new.conversation_id)
    .bind::<Nullable<SqlUuid>, _>(new.message_id)
    .bind::<Text, _>(new.kind)
    .bind::<Text, _>(new.model)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Timestamptz, _>(new.expires_at)
    .bind::<BigInt, _>(new.estimate_input)
    .bind::<BigInt, _>(new.estimate_output)
    .execute(conn.db())
    .await?;
    Ok(())
}

/// What the budget said of a call.
#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Bool)]
    refused: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    used: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    at_most: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    resets_at: Option<DateTime<Utc>>,
}

impl From<Verdict> for Marked {
    fn from(verdict: Verdict) -> Self {
        if !verdict.refused {
            return Self::Sent;
        }
        Self::Refused(Reached {
            quota: Quota::CostPerMonth,
            at_most: verdict.at_most.unwrap_or(0),
            used: verdict.used.unwrap_or(0),
            resets_at: verdict.resets_at,
        })
    }
}

/// Reserves a call that goes out at once: [`reserve`] and [`mark_sent`] in one statement. Where the budget leaves
/// nothing for it, it is released.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such space, [`StoreError::Conflict`] where it has no such
/// conversation or message.
pub async fn reserve_sent(
    conn: &mut TenantConn<'_>,
    new: NewReservation,
    estimate_nanos: i64,
) -> Result<Marked, StoreError> {
    let tenant = conn.tenant_id();
    let verdict = sql("WITH budget AS MATERIALIZED ( \
             SELECT t.taken, t.used, t.at_most, t.resets_at FROM (SELECT WHERE $12 > 0) paid \
             CROSS JOIN LATERAL parlance_take_quota('cost_per_month', $12, $8) t), \
         made AS ( \
             INSERT INTO reservations (tenant_id, id, space_id, conversation_id, message_id, kind, model, state, \
                                       created_at, expires_at, estimate_input, estimate_output, sent_at, \
                                       reserved_nanos, refused_by) \
             SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN coalesce(b.taken, true) THEN 'open' ELSE 'released' END, \
                    $8, $9, $10, $11, CASE WHEN coalesce(b.taken, true) THEN $8 END, \
                    CASE WHEN b.taken THEN $12 ELSE 0 END, CASE WHEN NOT b.taken THEN 'cost_per_month' END \
             FROM spaces s LEFT JOIN budget b ON true WHERE s.id = $3 \
             RETURNING refused_by IS NOT NULL AS refused) \
         SELECT m.refused, b.used, b.at_most, b.resets_at FROM made m LEFT JOIN budget b ON true")
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.space_id)
    .bind::<Nullable<SqlUuid>, _>(new.conversation_id)
    .bind::<Nullable<SqlUuid>, _>(new.message_id)
    .bind::<Text, _>(new.kind)
    .bind::<Text, _>(new.model)
    .bind::<Timestamptz, _>(new.at)
    .bind::<Timestamptz, _>(new.expires_at)
    .bind::<BigInt, _>(new.estimate_input)
    .bind::<BigInt, _>(new.estimate_output)
    .bind::<BigInt, _>(estimate_nanos)
    .get_result::<Verdict>(conn.db())
    .await
    .optional()?;
    verdict.map(Marked::from).ok_or(StoreError::NotFound)
}

/// Notes that the call goes out now, with the tokens counted in what is sent: from here on the
/// upstream may charge, whatever becomes of us. `estimate_nanos` is what it may cost at most, in
/// nano-dollars: that is taken of the month's budget until the call is settled, and where less is
/// left the call is refused. One statement. What costs nothing takes nothing.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn mark_sent(
    conn: &mut TenantConn<'_>,
    id: ReservationId,
    estimate_input: i64,
    estimate_nanos: i64,
    at: DateTime<Utc>,
) -> Result<Marked, StoreError> {
    let marked = sql("WITH open AS MATERIALIZED ( \
             SELECT id, reserved_nanos FROM reservations \
             WHERE id = $1 AND state = 'open' AND refused_by IS NULL FOR UPDATE), \
         budget AS MATERIALIZED ( \
             SELECT t.taken, t.used, t.at_most, t.resets_at FROM open o \
             CROSS JOIN LATERAL parlance_take_quota('cost_per_month', $4 - o.reserved_nanos, $2) t \
             WHERE $4 > o.reserved_nanos), \
         marked AS ( \
             UPDATE reservations r SET estimate_input = $3, estimate_output = 0, \
                    sent_at = CASE WHEN coalesce(b.taken, true) THEN coalesce(r.sent_at, $2) ELSE r.sent_at END, \
                    reserved_nanos = CASE WHEN b.taken THEN $4 ELSE r.reserved_nanos END, \
                    refused_by = CASE WHEN NOT b.taken THEN 'cost_per_month' END \
             FROM open o LEFT JOIN budget b ON true WHERE r.id = o.id \
             RETURNING r.refused_by IS NOT NULL AS refused) \
         SELECT m.refused, b.used, b.at_most, b.resets_at FROM marked m LEFT JOIN budget b ON true")
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(at)
    .bind::<BigInt, _>(estimate_input)
    .bind::<BigInt, _>(estimate_nanos)
    .get_result::<Verdict>(conn.db())
    .await
    .optional()?;
    Ok(marked.map_or(Marked::NotOpen, Marked::from))
}

/// Notes how many tokens each of these has received so far; it never goes back. One that is being settled, or was,
/// is left alone. One statement, which waits for nobody.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn checkpoint_outputs(
    conn: &mut TenantConn<'_>,
    ids: &[ReservationId],
    outputs: &[i64],
) -> Result<usize, StoreError> {
    let changed = sql("WITH open AS ( \
             SELECT id FROM reservations WHERE id = ANY ($1) AND state = 'open' FOR UPDATE SKIP LOCKED) \
         UPDATE reservations r SET estimate_output = greatest(r.estimate_output, new.output) \
         FROM open JOIN unnest($1, $2) AS new (id, output) USING (id) WHERE r.id = open.id")
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(outputs)
    .execute(conn.db())
    .await?;
    Ok(changed)
}

/// Adds tokens to what is noted as sent: the request goes out once more, and the upstream may charge for both.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn add_to_estimate(
    conn: &mut TenantConn<'_>,
    id: ReservationId,
    input: i64,
) -> Result<bool, StoreError> {
    let changed = sql("UPDATE reservations SET estimate_input = estimate_input + $2 \
                       WHERE id = $1 AND state = 'open' AND sent_at IS NOT NULL")
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(input)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// Settles a call. `false`, and nothing changes, where it was settled or released before.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn settle(conn: &mut TenantConn<'_>, settlement: &Settlement) -> Result<bool, StoreError> {
    let usage = settlement.usage;
    let changed = sql(
        "UPDATE reservations SET state = 'settled', settled_at = $2, model = $3, input = $4, \
                output = $5, cache_write_5m = $6, cache_write_1h = $7, cache_read = $8, estimated = $9, \
                cost_nanos = $10, price_effective = $11, sent_at = coalesce(sent_at, $12) \
         WHERE id = $1 AND state = 'open'",
    )
    .bind::<SqlUuid, _>(settlement.reservation)
    .bind::<Timestamptz, _>(settlement.at)
    .bind::<Text, _>(settlement.model.as_str())
    .bind::<BigInt, _>(usage.input)
    .bind::<BigInt, _>(usage.output)
    .bind::<BigInt, _>(usage.cache_write_5m)
    .bind::<BigInt, _>(usage.cache_write_1h)
    .bind::<BigInt, _>(usage.cache_read)
    .bind::<Bool, _>(settlement.estimated)
    .bind::<BigInt, _>(settlement.cost_nanos)
    .bind::<Nullable<Date>, _>(settlement.price_effective)
    .bind::<Timestamptz, _>(settlement.sent_at)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// Gives a reservation up that was never sent; that of a visitor's message gives that back to the month it was
/// taken of, unless another call for the message was sent before. `false`, and nothing changes, where it was sent
/// (settle it), settled or released before.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn release(conn: &mut TenantConn<'_>, id: ReservationId) -> Result<bool, StoreError> {
    let changed = sql("WITH released AS ( \
             UPDATE reservations SET state = 'released' WHERE id = $1 AND state = 'open' AND sent_at IS NULL \
             RETURNING kind, message_id, refused_by, created_at) \
         SELECT CASE WHEN kind = 'chat' AND message_id IS NOT NULL AND refused_by IS DISTINCT FROM 'messages_per_month' \
                      AND NOT EXISTS (SELECT FROM reservations sent WHERE sent.message_id = released.message_id \
                                      AND sent.kind = 'chat' AND sent.sent_at IS NOT NULL) \
                     THEN parlance_return_quota('messages_per_month', 1, created_at) END FROM released")
    .bind::<SqlUuid, _>(id)
    .execute(conn.db())
    .await?;
    Ok(changed == 1)
}

/// Open reservations that have expired, oldest first, `limit` at most. One whose question has no
/// answer yet is left: it is what tells the next load that the question waits, and the answer
/// settles it, however late.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn open_expired(
    conn: &mut TenantConn<'_>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<OpenReservation>, StoreError> {
    let query = table
        .filter(columns::state.eq(ReservationState::Open))
        .filter(columns::expires_at.le(now))
        .filter(diesel::dsl::sql::<Bool>(
            "(kind <> 'chat' OR message_id IS NULL OR EXISTS (SELECT FROM messages m \
              WHERE m.tenant_id = reservations.tenant_id AND m.in_reply_to = reservations.message_id))",
        ))
        .order(columns::expires_at)
        .limit(limit)
        .select(OpenReservation::as_select());
    Ok(query.load(conn.db()).await?)
}

/// Open reservations that a visitor's message caused, oldest first: what a restart finds of a
/// turn. Whoever answers it again settles these and reserves anew in one transaction, so that
/// the turn is open at every moment.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn open_of_message(
    conn: &mut TenantConn<'_>,
    message: MessageId,
) -> Result<Vec<OpenReservation>, StoreError> {
    let query = table
        .filter(columns::message_id.eq(message))
        .filter(columns::state.eq(ReservationState::Open))
        .order((columns::created_at, columns::id))
        .select(OpenReservation::as_select());
    Ok(query.load(conn.db()).await?)
}
