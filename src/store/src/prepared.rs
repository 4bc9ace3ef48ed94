//! The statements whose transaction is one round trip. The commit is sent right behind them, so it
//! must not overtake them: a statement that a connection sees for the first time is prepared first,
//! which is a round trip of its own. So each new connection prepares them, by running them for a
//! tenant that does not exist.
//!
//! Were one forgotten here, nothing would be written in a wrong place: behind the commit no tenant is
//! bound, and policies let nothing through. Its first use on each connection would fail.

use chrono::DateTime;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use serde_json::Value;

use crate::{
    error::StoreError,
    ids::{ClientId, ConversationId, MessageId, ReservationId, SpaceId, VisitorId},
    queries::{
        ledger::{self, CallKind, NewReservation, Settlement, TokenUsage},
        messages::{self, NewVisitorMessage},
        moods::{Reading, Weight},
    },
    tenant::TenantConn,
};

const NOBODY: &str = "BEGIN; SET LOCAL app.tenant_id = '00000000-0000-0000-0000-000000000000'";

/// Prepares them on a new connection.
pub(crate) async fn prepare(conn: &mut AsyncPgConnection) -> ConnectionResult<()> {
    let failed = |error: diesel::result::Error| ConnectionError::CouldntSetupConfiguration(error);
    conn.batch_execute(NOBODY).await.map_err(failed)?;
    let run = run_each(&mut TenantConn::of_nobody(conn)).await;
    run.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
    conn.batch_execute("ROLLBACK").await.map_err(failed)
}

async fn run_each(conn: &mut TenantConn<'_>) -> Result<(), StoreError> {
    let (reservation, at) = (ReservationId::new(), DateTime::UNIX_EPOCH);
    let _ = ledger::mark_sent(conn, reservation, 0, 0, at).await?;
    ledger::settle(conn, &settlement(reservation)).await?;
    let call = NewReservation {
        id: reservation,
        space_id: SpaceId::new(),
        conversation_id: None,
        message_id: None,
        kind: CallKind::Embedding,
        model: String::new(),
        at,
        expires_at: at,
        estimate_input: 0,
        estimate_output: 0,
    };
    match ledger::reserve_sent(conn, call, 0).await {
        Ok(_) | Err(StoreError::NotFound) => {}
        Err(error) => return Err(error),
    }
    ledger::checkpoint_outputs(conn, &[reservation], &[0]).await?;
    let said = NewVisitorMessage {
        id: MessageId::new(),
        conversation_id: ConversationId::new(),
        space_id: SpaceId::new(),
        visitor_id: VisitorId::new(),
        client_id: ClientId::new(),
        text: String::new(),
        attachments: Vec::new(),
        event_body: Value::Null,
        at,
        reading: Reading::default(),
        weight: Weight::default(),
        reservation: None,
    };
    match messages::say(conn, said).await {
        Ok(_) | Err(StoreError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

fn settlement(reservation: ReservationId) -> Settlement {
    Settlement {
        reservation,
        model: String::new(),
        usage: TokenUsage::default(),
        estimated: false,
        cost_nanos: 0,
        price_effective: None,
        sent_at: DateTime::UNIX_EPOCH,
        at: DateTime::UNIX_EPOCH,
    }
}
