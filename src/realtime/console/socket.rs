//! A member's WebSocket: hello, then what happens in the workspace until the token ends.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    member::Member,
    protocol::{MemberFrame, ServerFrame},
};
use crate::{
    actors::{console::NotHeard, services::Services},
    domain::accounts::error::AccountError,
    kernel::{code::Code, problem::Problem},
    realtime::{
        protocol::Close,
        socket::{End, Socket, accept},
    },
};

/// Open a member's socket.
///
/// A WebSocket: `ConsoleClientFrame` to the server, `ConsoleServerFrame`, `JobEvent`, `InboxEvent` and `Event` from it. The
/// first frame is `hello` with an access token.
#[utoipa::path(
    get, path = "/api/console/socket", operation_id = "open_console_socket", tag = "conversations",
    responses((status = 101, description = "A WebSocket: ConsoleClientFrame to the server, ConsoleServerFrame, JobEvent, InboxEvent and Event from it")),
)]
pub async fn socket(request: HttpRequest, services: web::Data<Services>) -> actix_web::Result<HttpResponse> {
    let address = services.addresses.of(&request);
    accept(&request, services.into_inner(), async move |mut socket| {
        let end = match Box::pin(greet(&mut socket, address)).await {
            Ok(member) => socket.serve(member).await,
            Err(end) => end,
        };
        socket.close(end).await;
    })
}

async fn greet(socket: &mut Socket, address: Option<IpAddr>) -> Result<Member, End> {
    let text = socket.hello().await?;
    let Ok(MemberFrame::Hello { token }) = serde_json::from_str(&text) else {
        let refused = Problem::new(Code::InvalidFrame, "the first frame is hello with a token");
        return Err(socket.refuse(&refused, Close::Unauthenticated).await);
    };
    let recognised = socket.services.accounts.recognise(&token, address).await;
    let recognised = match recognised {
        Ok(recognised) => recognised,
        Err(error) => {
            let (refused, close) = unknown(error);
            return Err(socket.refuse(&refused, close).await);
        }
    };
    let standing = &recognised.standing;
    let asked = ("GET", "/api/console/socket");
    if let Err(error) = socket.services.accounts.attribute(standing, asked, address).await {
        let (refused, close) = unknown(error);
        return Err(socket.refuse(&refused, close).await);
    }
    let live = recognised.live.clone();
    // Every role may read jobs and conversations, as over REST.
    let listening = match socket.services.consoles.listen(live.tenant).await {
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
        user: live.user,
        role: live.role.to_string(),
    };
    socket.send(ready.text()).await?;
    let member = Member::new(socket.services.clone(), recognised, address, listening);
    socket.send_all(&member.begin()).await?;
    Ok(member)
}

/// Why somebody is not let in, and how the socket closes.
pub(super) fn unknown(error: AccountError) -> (Problem, Close) {
    let said = error.to_string();
    match error {
        AccountError::Limited(after) => {
            let refused = Problem::new(Code::RateLimited, said).retry_after(after);
            (refused, Close::RateLimited)
        }
        AccountError::Unreachable(_) => (Problem::new(Code::Busy, said), Close::Moved),
        AccountError::Internal(cause) => (Problem::internal(cause), Close::Moved),
        AccountError::Refused(_) => (Problem::new(Code::Forbidden, said), Close::Unauthenticated),
        _ => (Problem::new(Code::Unauthenticated, said), Close::Unauthenticated),
    }
}

fn problem(refused: NotHeard) -> Problem {
    match refused {
        NotHeard::Crowded => Problem::new(Code::TooManyListeners, refused.to_string()),
        NotHeard::Ended => Problem::new(Code::Busy, refused.to_string()),
        NotHeard::Store(cause) => Problem::internal(cause),
    }
}
