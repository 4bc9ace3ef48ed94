//! A member's WebSocket: hello, then what happens in the workspace until the token ends.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use chrono::{DateTime, Utc};
use parlance_store::ids::FamilyId;
use tokio::time::{Instant, Interval, interval_at};

use super::protocol::{MemberFrame, ServerFrame};
use crate::{
    actors::{
        console::{Event, Listening, NotHeard},
        services::Services,
    },
    kernel::{code::Code, problem::Problem},
    realtime::{
        protocol::Close,
        socket::{End, Socket, Talk, accept, unreadable},
    },
};

/// How often it is looked whether a session goes on.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// `GET /api/console/socket`.
///
/// # Errors
/// When the request is no WebSocket upgrade.
#[utoipa::path(
    get, path = "/api/console/socket", tag = "conversations",
    responses((status = 101, description = "A WebSocket: ConsoleClientFrame to the server, ConsoleServerFrame and JobEvent from it")),
)]
pub async fn socket(request: HttpRequest, services: web::Data<Services>) -> actix_web::Result<HttpResponse> {
    accept(&request, services.into_inner(), async |socket| {
        match Box::pin(greet(socket)).await {
            Ok((member, until)) => socket.serve(member, until).await,
            Err(end) => end,
        }
    })
}

/// A member who said hello, and the end of their token.
async fn greet(socket: &mut Socket) -> Result<(Member, DateTime<Utc>), End> {
    let text = socket.hello().await?;
    let Ok(MemberFrame::Hello { token }) = serde_json::from_str(&text) else {
        let refused = Problem::new(Code::InvalidFrame, "the first frame is hello with a token");
        return Err(socket.refuse(&refused, Close::Unauthenticated).await);
    };
    let (claims, until) = match socket.services.tokens.verify_user_until(&token) {
        Ok(verified) => verified,
        Err(invalid) => {
            let refused = Problem::new(Code::Unauthenticated, invalid.to_string());
            return Err(socket.refuse(&refused, Close::Unauthenticated).await);
        }
    };
    let live = socket.services.sessions.find(claims.session).await;
    let role = match live.map(|live| live.filter(|live| live.tenant == claims.tenant)) {
        Ok(Some(live)) => live.role,
        Ok(None) => {
            let refused = Problem::new(Code::Unauthenticated, "this session is over, log in again");
            return Err(socket.refuse(&refused, Close::Unauthenticated).await);
        }
        Err(error) => return Err(socket.refuse(&Problem::internal(error), Close::Moved).await),
    };
    // Every role may read jobs, as over REST.
    let listening = match socket.services.consoles.listen(claims.tenant).await {
        Ok(listening) => listening,
        Err(refused) => {
            let close = match refused {
                NotHeard::Crowded => Close::RateLimited,
                NotHeard::Ended | NotHeard::Store(_) => Close::Moved,
            };
            return Err(socket.refuse(&problem(refused), close).await);
        }
    };
    let ready = ServerFrame::Ready {
        user: claims.user,
        role: role.to_string(),
    };
    socket.send(ready.text()).await?;
    socket.send_all(&listening.begin).await?;
    let member = Member {
        listening,
        services: socket.services.clone(),
        session: claims.session,
        look: interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY),
    };
    Ok((member, until))
}

fn problem(refused: NotHeard) -> Problem {
    match refused {
        NotHeard::Crowded => Problem::new(Code::TooManyListeners, refused.to_string()),
        NotHeard::Ended => Problem::new(Code::Busy, refused.to_string()),
        NotHeard::Store(cause) => Problem::internal(cause),
    }
}

struct Member {
    listening: Listening,
    services: Arc<Services>,
    session: FamilyId,
    look: Interval,
}

impl Member {
    /// Whether the session has ended, or its person is out of the workspace. Not for want of an answer.
    async fn is_over(&self) -> bool {
        matches!(self.services.sessions.find(self.session).await, Ok(None))
    }
}

impl Talk for Member {
    type Event = Event;

    async fn next(&mut self) -> Option<Self::Event> {
        loop {
            tokio::select! {
                event = self.listening.events.recv() => return event,
                // Told to come again, and then refused.
                _ = self.look.tick() => if self.is_over().await { return None },
            }
        }
    }

    fn ready(&mut self) -> Option<Self::Event> {
        self.listening.events.try_recv().ok()
    }

    fn frames(event: &Self::Event) -> impl Iterator<Item = ByteString> {
        event.iter().cloned()
    }

    fn lagged(&self) -> bool {
        self.listening.lagged()
    }

    async fn frame(&mut self, text: &str) -> Option<ByteString> {
        Some(match serde_json::from_str(text) {
            Ok(MemberFrame::Ping) => ServerFrame::Pong.text(),
            Ok(MemberFrame::Hello { .. }) => unreadable("hello is only the first frame"),
            Err(wrong) => unreadable(format!("this frame cannot be read: {wrong}")),
        })
    }
}
