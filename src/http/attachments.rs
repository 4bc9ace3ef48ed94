//! Files sent in conversations: uploaded by agents, and read by whoever was given their address.

use std::{io, time::Duration};

use actix_multipart::form::{MultipartForm, bytes::Bytes};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{self, ContentDisposition, DispositionType},
    web,
};
use bytes::Bytes as Piece;
use futures_util::{Stream, stream};
use parlance_store::{
    StoreError,
    ids::{AttachmentId, ConversationId, TenantId},
    queries::attachments,
};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use utoipa::{IntoParams, ToSchema};

use super::permit::{Allowed, ConversationsWrite};
use crate::{
    actors::{desk::Desk, services::Services},
    domain::{
        attachments::{LinkError, is_image},
        conversations::event::Attachment,
    },
    kernel::{
        code::Code,
        problem::{Problem, ProblemDocument},
        tasks::Tasks,
        upload,
    },
};

/// What a browser may do with a file that it opens as a page: nothing.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Bytes of a file that are on their way to a reader at once.
const PIECE: usize = 64 << 10;
/// A file has gone out whole by then, or the rest does not.
const SENT_WITHIN: Duration = Duration::from_secs(300);

/// A file to be sent.
#[derive(Debug, MultipartForm, ToSchema)]
#[schema(as = NewAttachment)]
pub struct Upload {
    /// Of 10 MiB at most: a PNG, JPEG, GIF or WebP image, a PDF or plain text.
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// Attach a file.
///
/// It can be sent with a message or a note within a day, by who uploads it. What an image notes of where and
/// when it was taken is not kept.
#[utoipa::path(
    post, path = "/api/conversations/{id}/attachments", operation_id = "attach_file", tag = "conversations", security(("user" = ["conversations:write"]), ("key" = ["conversations:write"])),
    params(("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Attachment), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub async fn attach(
    caller: Allowed<ConversationsWrite>,
    request: HttpRequest,
    path: web::Path<ConversationId>,
    payload: web::Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let _place = services.file_places.upload()?;
    let Upload { file } = upload::form(&request, payload).await?;
    let desk = Desk::new(services.into_inner(), caller.tenant, caller.agent());
    let name = file.file_name.unwrap_or_default();
    let kept = desk.attach(*path, name, file.data).await?;
    Ok(HttpResponse::Created().json(kept))
}

/// The parts of an address that was given out.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkQuery {
    #[param(value_type = uuid::Uuid)]
    tenant: TenantId,
    /// In seconds since 1970.
    expires: i64,
    signature: String,
}

/// Read an attached file.
///
/// At the address that was told with it. An image is shown; anything else is saved.
#[utoipa::path(
    get, path = "/api/attachments/{id}", operation_id = "read_attachment", tag = "conversations",
    params(("id" = uuid::Uuid, Path, description = "The file"), LinkQuery),
    responses(
        (status = 200, description = "The file", content(
            (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"), (Vec<u8> = "image/webp"),
            (Vec<u8> = "application/pdf"), (Vec<u8> = "text/plain"))),
        (status = "default", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn read(
    path: web::Path<AttachmentId>,
    query: web::Query<LinkQuery>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let LinkQuery {
        tenant,
        expires,
        signature,
    } = query.into_inner();
    let left = services.links.open(tenant, *path, expires, &signature);
    let left = left.map_err(|refused| match refused {
        LinkError::Forged => Problem::not_found(),
        LinkError::Over => Problem::new(
            Code::LinkOver,
            "this address of the file is over: open the conversation again",
        ),
    })?;
    let place = services.file_places.download().await?;
    let db = services.db.tenant(tenant);
    let found = db.read(async |conn| attachments::content(conn, *path).await);
    let found: Result<_, StoreError> = found.await;
    let file = found.map_err(Problem::internal)?.ok_or_else(Problem::not_found)?;
    let shown = is_image(&file.media_type);
    let disposition = ContentDisposition {
        disposition: if shown {
            DispositionType::Inline
        } else {
            DispositionType::Attachment
        },
        ..ContentDisposition::attachment(file.name)
    };
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header(disposition)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((
            header::CACHE_CONTROL,
            format!("private, max-age={left}, immutable"),
        ))
        .body(SizedStream::new(
            file.content.len().try_into().unwrap_or(u64::MAX),
            pieces(&services.tasks, file.content, place),
        )))
}

/// Sends a file out as fast as it is read, [`SENT_WITHIN`] at most: only that long it takes memory and a
/// place.
fn pieces(
    tasks: &Tasks,
    content: Vec<u8>,
    place: OwnedSemaphorePermit,
) -> impl Stream<Item = io::Result<Piece>> + use<> {
    let (sender, mut receiver) = mpsc::channel(1);
    tasks.spawn_local("attachment", async move {
        let _place = place;
        let send = async {
            for piece in content.chunks(PIECE) {
                if sender.send(Ok(Piece::copy_from_slice(piece))).await.is_err() {
                    return;
                }
            }
        };
        // Whoever reads on finds that it is cut off: its length was told.
        drop(tokio::time::timeout(SENT_WITHIN, send).await);
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}
