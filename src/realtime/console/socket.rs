//! A member's WebSocket: hello, then what happens in the workspace until the token ends.

use actix_web::{HttpRequest, HttpResponse, web};
use bytestring::ByteString;
use chrono::{DateTime, Utc};

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
        role: claims.role,
    };
    socket.send(ready.text()).await?;
    socket.send_all(&listening.begin).await?;
    Ok((Member { listening }, until))
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
}

impl Talk for Member {
    type Event = Event;

    async fn next(&mut self) -> Option<Self::Event> {
        self.listening.events.recv().await
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
