//! Connections that leave HTTP. Its dispatcher keeps two buffers of 8 KiB and a state of its own
//! for as long as a connection lives, which is most of what a silent socket would cost. So a
//! request that asks for another protocol is answered here, by the same application, and when the
//! answer is 101 the bare line goes to the handler that gave it; HTTP's part in it ends.

use std::{future::poll_fn, io, pin::pin, rc::Rc, time::Duration};

use actix_codec::{Framed, FramedParts};
use actix_http::{
    ConnectionType, HttpMessage, Request, Response,
    body::{BoxBody, MessageBody},
    h1::{Codec, Message},
};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service};
use actix_web::{
    Error, HttpRequest, ResponseError,
    dev::{AppConfig, ServiceResponse},
    http::{StatusCode, Version, header},
};
use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};
use tokio_util::codec::Encoder;
use tracing::debug;

use crate::kernel::{code::Code, problem::Problem};

/// A piece of an answer that takes longer to write goes to nobody.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// A connection after its 101.
#[derive(Debug)]
pub struct Line {
    pub stream: TcpStream,
    /// What the client sent right behind its request.
    pub unread: Bytes,
}

/// In the extensions of a request that may take its connection over.
struct Offer(oneshot::Receiver<Line>);

/// The line of `request`, once its answer, a 101, is written; nothing comes when it could not be.
/// `None` for a request that did not ask to upgrade.
pub fn line(request: &HttpRequest) -> Option<oneshot::Receiver<Line>> {
    let offer = request.extensions_mut().remove::<Offer>();
    offer.map(|offer| offer.0)
}

/// Answers requests that ask to upgrade as `app` does.
pub fn upgrades<F, A, S, B>(
    app: F,
) -> impl ServiceFactory<
    (Request, Framed<TcpStream, Codec>),
    Config = (),
    Response = (),
    Error = Error,
    InitError = (),
    Future: 'static,
>
where
    F: Fn() -> A + 'static,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
            Future: 'static,
        > + 'static,
    B: MessageBody + 'static,
{
    fn_factory(move || {
        let app = app().into_factory().new_service(AppConfig::default());
        async move {
            let app = Rc::new(app.await?);
            Ok(fn_service(move |(request, framed)| {
                let app = app.clone();
                async move {
                    if let Err(error) = answer(&*app, request, framed).await {
                        debug!(%error, "an upgrade was not answered");
                    }
                    Ok(())
                }
            }))
        }
    })
}

async fn answer<S, B>(app: &S, request: Request, framed: Framed<TcpStream, Codec>) -> io::Result<()>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let FramedParts {
        io: mut stream,
        mut codec,
        read_buf,
        // Answers to requests that came before on the same line.
        write_buf: mut out,
        ..
    } = framed.into_parts();
    let (taker, line) = oneshot::channel();
    let response: Response<BoxBody> = if request.version() < Version::HTTP_11 || has_body(&request) {
        let rule = "a request to upgrade is an HTTP/1.1 request without a body";
        let refused = Problem::new(Code::InvalidRequest, rule);
        Response::from(refused.error_response()).map_into_boxed_body()
    } else {
        request.extensions_mut().insert(Offer(line));
        match app.call(request).await {
            Ok(response) => Response::from(response).map_into_boxed_body(),
            Err(error) => error.into(),
        }
    };
    let (mut head, body) = response.into_parts();
    let upgraded = head.status() == StatusCode::SWITCHING_PROTOCOLS;
    if !upgraded {
        head.head_mut().set_connection_type(ConnectionType::Close);
    }
    codec.encode(Message::Item((head, body.size())), &mut out)?;
    write(&mut stream, &mut out).await?;
    if upgraded {
        // A handler that is gone meanwhile lets the line close.
        let unread = Bytes::copy_from_slice(&read_buf);
        let _ = taker.send(Line { stream, unread });
        return Ok(());
    }
    let mut body = pin!(body);
    while let Some(piece) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        let piece = piece.map_err(|error| io::Error::other(error.to_string()))?;
        codec.encode(Message::Chunk(Some(piece)), &mut out)?;
        write(&mut stream, &mut out).await?;
    }
    codec.encode(Message::Chunk(None), &mut out)?;
    write(&mut stream, &mut out).await?;
    stream.shutdown().await
}

/// The codec takes whatever follows a request to upgrade for the new protocol.
fn has_body(request: &Request) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length != "0") || request.headers().contains_key(header::TRANSFER_ENCODING)
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), out: &mut BytesMut) -> io::Result<()> {
    timeout(WRITE_WITHIN, stream.write_all_buf(out)).await?
}
