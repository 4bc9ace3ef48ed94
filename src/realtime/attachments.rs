//! Files that visitors send: each is uploaded for a conversation, and then sent with a message.

use actix_multipart::form::{MultipartForm, bytes::Bytes};
use actix_web::{HttpRequest, HttpResponse, web};
use parlance_store::ids::ConversationId;
use utoipa::ToSchema;

use super::visitor::Visitor;
use crate::{
    actors::services::Services,
    domain::conversations::event::Attachment,
    kernel::{
        problem::{Problem, ProblemDocument},
        upload,
    },
};

/// A file to be sent.
#[derive(Debug, MultipartForm, ToSchema)]
#[schema(as = VisitorAttachment)]
pub(super) struct Upload {
    /// Of 10 MiB at most: a PNG, JPEG, GIF or WebP image, a PDF or plain text.
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
}

/// Attach a file.
///
/// It can be sent with a message within a day. What an image notes of where and when it was taken is not kept.
#[utoipa::path(
    post, path = "/api/widget/{space}/conversation/{id}/attachments", operation_id = "attach_own_file", tag = "visitor", security(("visitor" = [])),
    params(("space" = String, Path, description = "Slug or public key of a published space"), ("id" = uuid::Uuid, Path, description = "The conversation")), request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = Attachment), (status = "default", body = ProblemDocument, content_type = "application/problem+json")),
)]
pub(super) async fn attach(
    request: HttpRequest,
    visitor: Visitor,
    path: web::Path<(String, ConversationId)>,
    payload: web::Payload,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let session = visitor.open(Some(path.1)).await?;
    session.admit_upload().await?;
    let _place = services.file_places.upload()?;
    let Upload { file } = upload::form(&request, payload).await?;
    let kept = session
        .attach(file.file_name.unwrap_or_default(), file.data)
        .await?;
    Ok(HttpResponse::Created().json(kept))
}
