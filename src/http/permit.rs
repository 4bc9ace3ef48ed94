//! What a request may do. The permission stands in the route table and in the handler's parameters, and
//! the compiler compares the two.

use std::{marker::PhantomData, net::IpAddr, ops::Deref};

use actix_web::{FromRequest, Handler, HttpRequest, Responder, Route, dev::Payload, guard, web};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use parlance_store::{
    control::Role,
    ids::{TenantId, UserId},
};
use serde_json::Value;
use uuid::Uuid;

use super::user::Member;
use crate::{
    actors::services::Services,
    domain::{
        accounts::permission::{Permission, may},
        audit::{Act, Actor},
    },
    kernel::{code::Code, problem::Problem},
};

/// Who calls, and in which workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    /// Of a person, as it is now.
    pub role: Option<Role>,
    pub actor: Actor,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// An act of this caller's for the record.
    pub fn act(
        &self,
        action: &'static str,
        target: (&'static str, impl Into<Uuid>),
        at: DateTime<Utc>,
    ) -> Act<'_> {
        let (kind, id) = target;
        Act {
            actor: &self.actor,
            address: self.address,
            action,
            target: Some((kind, id.into())),
            before: None,
            after: None,
            at,
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match &self.actor {
            Actor::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}

/// What a thing is now, for the record: nothing where it cannot be told.
pub fn told(value: impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()
}

/// A permission as a type.
pub trait Permit: 'static {
    const PERMISSION: Permission;
}

/// Proof that the caller has the permission `P`.
#[derive(Clone, Debug)]
pub struct Allowed<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P> Deref for Allowed<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Permit> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = permitted(&request, P::PERMISSION).await?;
            Ok(Self {
                caller,
                permission: PhantomData,
            })
        })
    }
}

async fn permitted(request: &HttpRequest, permission: Permission) -> Result<Caller, Problem> {
    let services = request
        .app_data::<web::Data<Services>>()
        .ok_or_else(|| Problem::internal("no services"))?;
    let member = Member::of(request).await?;
    if !may(member.role, permission) {
        let detail = format!(
            "this takes the permission {permission}, which your role, {}, does not have",
            member.role
        );
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(Caller {
        tenant: member.tenant,
        role: Some(member.role),
        actor: Actor::User {
            id: member.user,
            email: member.email,
        },
        address: services.addresses.of(request),
    })
}

/// A route for everybody, or one that finds out itself who calls.
#[derive(Clone, Copy, Debug)]
pub struct Anyone;

/// A handler whose parameters prove what `Self` stands for in the route table.
pub trait Proves<P> {}

impl<Args> Proves<Anyone> for Args {}

macro_rules! permits {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("[`Permission::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Permit for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permits!(
    SpacesRead,
    SpacesWrite,
    KnowledgeRead,
    KnowledgeWrite,
    ConversationsRead,
    TeamRead,
    TeamWrite,
    KeysRead,
    KeysWrite,
    AuditRead,
    WorkspaceWrite,
);

macro_rules! proves {
    ($($arg:ident)*) => {
        impl<P: Permit, $($arg),*> Proves<P> for (Allowed<P>, $($arg,)*) {}
    };
}
proves!();
proves!(A);
proves!(A B);
proves!(A B C);
proves!(A B C D);
proves!(A B C D E);

macro_rules! methods {
    ($($name:ident = $method:expr;)+) => {$(
        #[doc = concat!("A route of `handler`, which must prove `needs`, for `", stringify!($name), "`.")]
        pub fn $name<P, F, Args>(_needs: P, handler: F) -> Route
        where
            F: Handler<Args>,
            Args: FromRequest + Proves<P> + 'static,
            F::Output: Responder + 'static,
        {
            web::route().guard($method).to(handler)
        }
    )+};
}
methods! {
    // HEAD is answered as GET, without the body.
    get = guard::Any(guard::Get()).or(guard::Head());
    post = guard::Post();
    put = guard::Put();
    patch = guard::Patch();
    delete = guard::Delete();
}
